"""What pages print around comments, in seven languages: headers, form chrome, footers, button labels.

Only wording that content management systems share; never the words of one site.
"""

import re
from functools import lru_cache


def fold_case(text: str) -> str:
    """Fold the case of a text as far as patterns that ignore it do: they take the Turkish letters for an i."""
    return text.replace("İ", "i").replace("ı", "i").casefold()


def first_letters(text: str) -> str:
    """Name the first letters of a line, by which most lines can be told from all of a pattern's wordings.

    Returns:
        Up to three letters, lower case; "" where the line begins with another sign, or one of the three is not ASCII:
        such lines are left to the patterns. The `*_HEADS` hold every other answer for a line that matches.
    """
    start = text[:3]
    if not start.isascii():
        return ""
    while start and not start.isalpha():
        start = start[:-1]
    return start.lower()


_COMMENTS = (
    r"(?:comments?|responses?|replies|reactions?|kommentare?n?|leserkommentare|leserbriefe|reaktionen|meinungen"
    r"|commentaires?|réponses?|réactions?|comentarios?|respuestas?|reacciones|opiniones|comentários?|respostas?"
    r"|commenti|commento|risposte|reacties?|opmerkingen|kommentar(?:er|erna)?|kommentti[ae]?|komentarz[ey]?|komentář[eů]?"
    r"|komentár(?:e|ov)?|komentara?|komentari|hozzászólás(?:ok)?|comentarii|comentaris?|комментари[ийяев]{1,2}|отзыв(?:ов|ы|а)?"
    r"|коментар(?:ів|ів|и|і|я|а)?|σχόλι[οα]|yorum(?:lar)?)"
)
_NUMBER = (
    r"(?:\d[\d.,]{0,7}|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eine?|zwei|drei|une?|deux|trois|uno|um|dois|een|twee)"
)
HEADER = re.compile(
    rf"(?:{_NUMBER}\s(?:reader\s|user\s)?(?:{_COMMENTS}|thoughts?|antworten|réflexions?|pensieri)"
    r"(?:\s?(?:to|on|zu|auf|sur|à|a|en|sobre|su|op|till|til|do|к\sзаписи|к|for|about|so\sfar|read|…|\.\.\.|\|)(?=[\s“\"„«]|read|$).*)?"
    rf"|(?:(?:vos|your|our|reader|readers['’]?|user|all|alle|les|los|os|view|show|see|read|top|latest|recent|ihre"
    rf"|eure)\s){{0,2}}"
    rf"{_COMMENTS}\s?(?:[(\[]?\d{{1,6}}[)\]]?)?(?:\s?(?:to|on|zu|sur)\s[“\"„«].*)?"
    r"|discussion\sabout\sthis\s(?:post|article)|(?:discussion|diskussion|conversation)(?:\s?\(\d+\))?"
    r"|(?:click\s(?:here\s)?)?to\s(?:read|view).{0,20}\scomments|click\sto.{0,24}view\scomments"
    rf"|what\s(?:readers|others|people)\s(?:are\ssaying|say|think).{{0,12}}|das\ssagen\sunsere\sleser.{{0,12}})",
    re.IGNORECASE,
)
"""A line that announces comments."""
HEADER_HEADS = frozenset(
    "all cli com con das deu dis doi dre een eig ein eur fiv fou ihr kom lat les los mei nin one opi opm os "
    "our rea rec rep res ris see sev sho six ten thr to top tro twe two um un une uno use vie vos wha you zwe "
    "hoz ком отз σχό yor".split()
)

WIDGET = re.compile(
    r"(?:notify\sof|benachrichtige\smich\s(?:bei|zu)|notifier\sde|notificar\sde|notificami|avvisami"
    r"|laat\shet\sme\sweten.*"
    r"|inline\sfeedbacks?|commentaires\sen\sligne|comentarios\sen\slínea|feedbacks?\sem\slinha|feedback\sin\slinea"
    r"|view\sall\scomments|alle\skommentare\sanzeigen|(?:voir|afficher)\stous\sles\scommentaires"
    r"|ver\stodos\slos\scomentarios|ver\stodos\sos\scomentários|(?:guarda|vedi|visualizza)\stutti\si\scommenti"
    r"|bekijk\salle\sreacties|(?:\d[\d.,]*\s){1,2}votes?|article\srating"
    r"|(?:kommentare\s)?abonnieren\??|kommentare\sabonnieren\s?\??|s['’]abonner|suscribirse|inscrever-se|abonneren"
    r"|(?:you\smust\sbe\s)?(?:log(?:ged)?|sign(?:ed)?)[\s-]?in\s(?:to|or)\s.{0,40}|connect\swith"
    r"|(?:möchtest\sdu|do\syou\swant\sto|want\sto).{0,40}(?:anhängen|attach).{0,20}"
    r"|(?:sort(?:ed)?\sby|sortieren\snach|trier\spar|ordenar\spor|ordina\sper).{0,40}"
    r"|(?:please\s)?read\s(?:our|the)\s.{0,30}(?:terms|rules|polic|guidelines).{0,30}"
    r"|(?:view|show|load|see)\s(?:all|more|previous|older|newer)\s(?:comments|replies).{0,20}"
    r"|gefällt\smir!?|this\sstory\shas:?\s\d+\scomments?|kommentar-?regeln.{0,30}|comment(?:s|ing)?\s(?:policy"
    r"|rules|guidelines)"
    r"|click\sto\s(?:hide|show)|user['’]s\savatar)",
    re.IGNORECASE,
)
"""A line of a comment form or of its sorting bar."""
WIDGET_HEADS = frozenset(
    "abo aff all art avv bek ben cli com con do fee gef gua inl ins kom laa loa log not ord ple rea s see sho "
    "sig sor sus thi tri use ved ver vie vis voi wan you".split()
)

WPDISCUZ = re.compile(
    r"(?:notify\sof|inline\sfeedbacks?|view\sall\scomments|alle\skommentare\sanzeigen|benachrichtige\smich.*|"
    r"(?:voir|afficher)\stous\sles\scommentaires|ver\stodos\s.*coment.*|.*tutti\si\scommenti|bekijk\salle\sreacties)",
    re.IGNORECASE,
)
"""The lines of WIDGET after which comments follow at once."""

SORT_WORDS = frozenset(
    "newest oldest most voted top best latest recent popular relevance neueste neuste älteste meisten abstimmungen "
    "beste "
    "bewertung bewertungen beliebteste plus récent récents ancien anciens populaire voté votés más nuevo nuevos "
    "antiguo "
    "antiguos votado votados mais novo recente antigo nuovi nuovo vecchi vecchio votati più nieuwste oudste meest "
    "gestemd "
    "reactions first le".split()
)

SORT_ALONE = frozenset({"oldest", "newest", "neueste", "älteste", "nieuwste", "oudste"})
"""Sorting labels that stand for one even alone."""

FORM = re.compile(
    r"(?:(?:leave|post|add|write|submit|make)\s(?:(?:a|your|an)\s)?(?:new\s)?(?:reply|comment|response)s?.{0,40}"
    r"|join\s(?:the|our)\s(?:discussion|conversation|debate).{0,20}|cancel\sreply|have\syour\ssay.{0,20}"
    r"|what\sdo\syou\sthink\??.{0,20}|tell\sus\swhat\syou\sthink.{0,20}|(?:you\smust"
    r"|please)\s(?:be\s)?(?:log(?:ged)?|sign(?:ed)?)\sin\s.{0,60}|ajouter\sun\smessage|(?:hinterlasse"
    r"|schreibe?n?)\s(?:sie\s)?(?:einen|uns)\s?(?:kommentar|antwort)?.{0,20}"
    r"|(?:neuen\s)?kommentar\s(?:schreiben|verfassen|abgeben|hinterlassen|hinzufügen)|antworten?\sabbrechen"
    r"|einen\skommentar\sabschicken"
    r"|deine\smeinung\?.{0,30}|(?:laisse[rz]|ajouter|écrire|poster)\s(?:un|votre|une)\s(?:commentaire|réponse).{0,30}"
    r"|annuler\sla\sréponse|(?:deja|añadir|escribe|publicar)\s(?:un|tu|una)\s(?:comentario|respuesta).{0,30}"
    r"|cancelar\s(?:la\s)?respuesta"
    r"|(?:deixe|deixar|escreva)\s(?:um|uma|o\sseu|seu)\s(?:comentário|resposta).{0,30}|cancelar\sresposta"
    r"|(?:lascia|scrivi|aggiungi)\sun[ao]?\s(?:commento|risposta).{0,30}|annulla\srisposta"
    r"|(?:laat|plaats|geef)\s(?:een|je|uw)\s(?:reactie|antwoord).{0,30}|(?:log|sign)\s?in\sto\s(?:post|leave"
    r"|comment).{0,30})",
    re.IGNORECASE,
)
"""A line that invites to write: it stands before the comments on some sites and after them on others."""
FORM_HEADS = frozenset(
    "add agg ajo ann ant can dei dej ein esc gee hav hin joi kom laa lai las lea log mak neu pla ple pos pub "
    "sch scr sig sub tel wha wri you".split()
)

FOOTER = re.compile(
    r"(?:(?:your|dein|deine|ihre|votre|tu|o\sseu|il\stuo)\s(?:e-?mail|adresse|dirección|endereço|indirizzo).{0,60}"
    r"|e-?mail[\s-]adresse\swird\snicht.{0,120}|required\sfields.{0,40}|comments?\s(?:are|is)\s(?:now\s)?(?:closed"
    r"|off|disabled).{0,30}"
    r"|kommentare\s(?:sind\s)?(?:geschlossen|deaktiviert).{0,20}|les\scommentaires\ssont\sfermés.{0,20}"
    r"|(?:sorry,?\s)?(?:the\s)?comment\sform\sis\sclosed.{0,30}|would\slove\syour\sthoughts.{0,30}"
    r"|sag\suns\sdeine\smeinung.{0,3}"
    r"|trackbacks?(?:/pingbacks?)?.{0,12}|pingbacks?.{0,12}|\{?\s?\d+\s(?:trackbacks?|pingbacks?)\s?\}?|(?:previous"
    r"|next)\s(?:post|article|story):?"
    r"|(?:older|newer)\s(?:comments|posts)|return\sto\s[“\"].{0,60}|(?:passwort|password)\s(?:vergessen"
    r"|forgotten).{0,3}"
    r"|this\sfield\sis\sfor\svalidation.{0,80}|(?:©|\(c\)|copyright\s).{0,160}|privacy\spolicy.{0,80}"
    r"|all\srights\sreserved.{0,60}"
    r"|(?:related|similar|recommended|recent|popular|trending)\s(?:articles?|posts?|stories|news|content|topics"
    r"|classified)|(?:read\s(?:also|more|next)|related|next|previous|see\salso|most\s(?:read|popular|viewed)"
    r"|meistgelesen|les\splus\slus|lo\smás\sleído|mais\slidas)(?:\s?:.{0,120})?|read\s(?:also|more|next)\s.{0,120}"
    r"|(?:filed\sunder|posted\sin|tagged(?:\swith)?|tags|schlagw[oö]rte[r]?|mots-clés)\s?:.{0,120}|post\snavigation"
    r"|bookmark\sthe\spermalink\.?|report\sthis\s(?:page|ad)|move\scomment|you\sare\sgoing\sto\ssend\semail\sto"
    r"|terms\s(?:&|and)\sconditions.{0,40}|mod[ée]ration\sa\spriori.{0,40}|share:.{0,40}"
    r"|(?:das|dies)\skönnte\s(?:sie|dich)\sauch.{0,30}|(?:you\s(?:may|might)\s)?also\slike.{0,20}"
    r"|mehr\s(?:zum\sthema|über|aus|von)\b.{0,60}"
    r"|(?:more|mehr)\s(?:from|in|on)\s.{0,60}|à\slire\s(?:aussi|également).{0,60}|sur\sle\smême\s(?:thème"
    r"|sujet).{0,20}"
    r"|(?:te|le)\spuede\sinteresar.{0,30}|leia\s(?:também|mais).{0,60}|leggi\sanche.{0,60}|lees\sook.{0,60}"
    r"|tópicos\srelacionados"
    r"|\d+\smore\s(?:comments|replies).{0,5}|no\sposts|wpdiscuz|insert|ready\sfor\smore\??|qui\sêtes-vous\s?\??|votre\smessage"
    r"|pour\scréer\sdes\sparagraphes.{0,80}"
    r"|(?:site|footer|main)\snavigation|footer|stay\sinformed|pages|tags:?|categories:?|archives?:?"
    r"|share\sthis:?.{0,30}|(?:powered|theme)\sby\s.{0,40}"
    r"|keep\sin\stouch!?|(?:newsletter|sign\sup|subscribe)(?:\s.{0,80})?|thank\syou\sfor\ssubscribing.{0,20}"
    r"|advertisement.{0,30}|anzeige|publicité|publicidad"
    r"|skip\sto\s.{0,30}|view\scomments\sand\s.{0,40}|(?:name|email|website|comment|nom|site)\s?\*|\*"
    r"|notify\sme\sof.{0,60}|save\smy\sname.{0,120})",
    re.IGNORECASE,
)
"""A line of what stands below comments: closed forms, footers, links to other pages."""
FOOTER_HEADS = frozenset(
    "adv all als anz arc boo cat com cop das dei die e ema fil foo ihr il ins kee kom le lee leg lei les lo "
    "mai meh mei mod mor mos mot mov nam new nex no nom not o old pag pas pin pop pos pou pow pre pri pub qui "
    "rea rec rel rep req ret sag sav sch see sha sig sim sit ski sor sta sub sur tag te ter tha the thi tra "
    "tre tu vie vot web wou wpd you".split()
)

POLICY = re.compile(
    r"(?:comments?\s(?:do\snot|are\smoderated|policy|are\ssubject)|os\scomentários\snão|los\scomentarios\sno"
    r"|kommentare\sgeben\snicht"
    r"|les\scommentaires\sne|commentaires?\smodér|comment\spolicy|community\s(?:guidelines|rules)|kommentar-?regeln"
    r"|diskussionsregeln"
    r"|netiquette|terms\sof\s(?:use|service)|nutzungsbedingungen|be\srespectful|opinions\sexpressed)",
    re.IGNORECASE,
)
"""Wording of the rules that some sites print where comments would stand."""

ACTIONS = frozenset(
    "reply replies delete report share like likes dislike dislikes quote edit flag upvote downvote permalink hide "
    "vote votes up "
    "down respond recommend unlike loading antworten antwort melden teilen zitieren löschen permanentlink gefällt "
    "mir nicht "
    "répondre signaler partager citer aimer supprimer responder denunciar reportar compartir compartilhar citar "
    "curtir "
    "gosto rispondi segnala condividi cita piace beantwoorden reageer reageren rapporteren "
    "rapporteer delen vind ik leuk recommander recomendar empfehlen aanbevelen consiglia citer cita citeren "
    "permalien permanenter link permanente enlace aime gusta me mi j respect award save embed thread upvoten "
    "verwijderen bewerken eliminar editar elimina modifica excluir bearbeiten modifier follow next prev "
    "parent svara svar svare besvar besvara anmäl rapporter odpowiedz zgłoś ответить пожаловаться відповісти "
    "odpovědět odpovedať válasz răspunde vastaa yanıtla cevapla απάντηση odgovori отговор balas respon".split()
)
ANSWERS = frozenset(
    "permalink reply report share like likes quote upvote recommend antworten melden teilen zitieren répondre signaler "
    "partager "
    "responder denunciar reportar compartir compartilhar curtir rispondi segnala condividi "
    "beantwoorden reageer reageren recommander recomendar empfehlen aanbevelen consiglia citer citar citeren cita "
    "rapporteren delen permalien permanenter permanente enlace gusta aime leuk piace gefällt respect upvote "
    "svara svar svare besvar besvara odpowiedz ответить відповісти odpovědět odpovedať válasz răspunde vastaa "
    "yanıtla cevapla απάντηση odgovori отговор balas respon".split()
)
ANSWER = re.compile(
    r"\W*(?:reply|respond|quote|report|flag|log\sin\sto\sreply|antworten|zitieren|melden|répondre|citer|signaler|responder"
    r"|citar|denunciar|rispondi|cita|segnala|beantwoorden|reageer|reageren|citeren|rapporteren|svara?"
    r"|svare|besvara?|odpowiedz|ответить|відповісти|odpovědět|odpovedať|válasz|răspunde|vastaa|yanıtla|cevapla|απάντηση"
    r"|odgovori|отговор|balas|respon)(?!\w)",
    re.IGNORECASE,
)
"""Beginnings of a button that stands only below comments, unlike "Share" and "Read more"."""
PHRASES = frozenset(
    (
        "expand full comment",
        "show more",
        "read more",
        "see more",
        "mehr anzeigen",
        "gefällt mir",
        "me gusta",
        "mi piace",
        "j'aime",
        "j’aime",
        "répondre à ce message",
        "report abuse",
        "report comment",
        "kommentar melden",
        "log in to reply",
        "reply to this",
        "reply to this comment",
        "reply to this message",
        "reply with quote",
        "mit zitat antworten",
        "top",
        "back to top",
        "nach oben",
        "haut",
        "anmelden zum antworten",
        "inappropriate or incorrect comment?",
    )
)
"""Lines that close a comment although not every word is a button."""

CAPTION = re.compile(
    r"click\sto\s(?:see|view|enlarge).{0,60}|.{0,120}click\sto\s(?:see|view)\sthe\sfull-?size.{0,20}"
    r"|(?:photos?|fotos?|image|bild|titelbild|picture|illustration|illustrative\simage|file\sphoto|screenshot|video"
    r"|grafik|crédits?|copyright|©)\b\s?(?:credit|courtesy)?"
    r"\s?(?:[:©(/|]|,\ssource|by\s).{0,200}|.{0,240}\((?:photo|foto|image|bild|bildquelle|picture|screenshot|source"
    r"|quelle|crédit|via|ap|afp|reuters|getty)\b.{0,80}\)"
    r"|.{3,240}[.!?”\"\s]\s?(?:photos?|fotos?|picture|image|bild|crédit|graphic)\s?:\s?.{2,60}|.{0,200}\s(?:photo"
    r"|foto|image|picture)\s(?:by|von|par|credit|courtesy)[\s:].{0,60}|.{0,160}[-–—/|]\s?(?:getty\simages|reuters"
    r"|afp|dpa|ap\sphoto|shutterstock|istock|unsplash)\b.{0,40}",
    re.IGNORECASE,
)
"""A caption, a credit, or what a page prints below a picture."""

BOILERPLATE = re.compile(
    r"(?:support|donate|follow|subscribe|unterstützen|unterstütze|jetzt\sunterstützen|folgen\ssie|suivez)\b.{0,60}"
    r"|(?:share|tweet|pin|email|print|facebook|twitter|whatsapp|instagram|telegram|reddit|linkedin|pinterest"
    r"|youtube|xing)(?:\s(?:this|on|via|like|button).{0,40})?[:!]?"
    r"|(?:home|startseite|accueil|inicio)\s?[>»/].{0,200}|spread\sthe\s(?:news|word).{0,20}|(?:ihr"
    r"|dein)\sbeitrag\shilft.{0,200}"
    r"|wenn\s(?:ihnen|dir)\sdieser\s(?:artikel|beitrag)\sgefallen.{0,120}|(?:if\syou\s(?:like|liked"
    r"|enjoyed)\sth).{0,160}.{0,60}"
    r"|we\suse\s.{0,60}cookies.{0,160}|(?:diese|cette|questo|este)\s.{0,20}cookies.{0,200}|.{0,60}(?:sagt\sdanke"
    r"|thanks\syou)!?"
    r"|aktuelle\snachrichten.{0,200}|(?:advertisement|werbung|anzeige|publicité|publicidad|sponsored).{0,30}"
    r"|with\scontributions\sfrom.{0,60}"
    r"|this\ssite\sworks\sbest.{0,80}|what\sare\syou\slooking\sfor\??|click\shere\s(?:to|for)\s.{0,80}"
    r"|\W*(?:\d[\d.,]*|[.,])\s?[$€£%]?|.{0,40}[-\s]newsletter"
    r"|(?:envoyer|imprimer|artikel\sdrucken|seite\sdrucken|drucken|print\sthis|version\simprimable)\b.{0,80}"
    r"|match\sen\sdirect|.{0,20}\b(?:min|minute)s?\s(?:read|lesezeit|de\slecture)|(?:read|listen)\s(?:time"
    r"|to).{0,40}",
    re.IGNORECASE,
)
"""Links, buttons and appeals inside and around an article."""
BOILERPLATE_HEADS = frozenset(
    "acc adv akt anz art cet cli dei die don dru ema env est fac fol hom if ihr imp ini ins jet lin lis mat "
    "min pin pri pub que rea red sag sei sha spo spr sta sub sui sup tel tha thi twe twi unt ver we wen wer "
    "wha wit xin you".split()
)

_CAPTION_SIGNS = (
    "photo",
    "foto",
    "image",
    "bild",
    "pictur",
    "illustrat",
    "screenshot",
    "video",
    "grafik",
    "graphic",
    "crédit",
    "copyright",
    "©",
    "click",
    "(source",
    "(quelle",
    "(via",
    "(ap",
    "afp",
    "reuters",
    "getty",
    "dpa",
    "shutterstock",
    "istock",
    "unsplash",
)
"""No line matches CAPTION without one of them."""

_BOILERPLATE_TAILS = ("read", "zeit", "ture", "tter", "nke", "nke!", "you", "you!")
"""Ends of the wordings of BOILERPLATE that begin with any word at all."""


@lru_cache(maxsize=1024)
def is_caption(text: str) -> bool:
    """Tell whether a line matches CAPTION."""
    plain = fold_case(text)
    return any(sign in plain for sign in _CAPTION_SIGNS) and CAPTION.fullmatch(text) is not None


def is_boilerplate(text: str) -> bool:
    """Tell whether a line matches BOILERPLATE."""
    head = first_letters(text)
    if head and head not in BOILERPLATE_HEADS and not fold_case(text[-4:]).endswith(_BOILERPLATE_TAILS):
        return False
    return BOILERPLATE.fullmatch(text) is not None
