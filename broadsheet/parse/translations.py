"""What comment systems print around comments in six languages beside English, as their translations have it.

Plain beginnings and whole lines, lower case: WordPress, wpDiscuz, Disqus, Facebook's plugin and the like are translated
once for all sites, so that no pattern is needed. What English pages print is in `words.py`.
"""

HEADERS = frozenset(
    """letters to the editor
leserstimmen
courrier des lecteurs
avis des lecteurs
cartas al director
opiniones de los lectores
comentarios de los lectores
opinião dos leitores
cartas dos leitores
comentários dos leitores
lettere al direttore
commenti dei lettori
i commenti dei lettori
reacties van lezers
brieven van lezers
lezersbrieven""".split("\n")
)
COUNTED_HEADERS = tuple(
    "gedanken zu |pensamientos en |comentários em |respostas para |gedachten over |reacties op ".split("|")
)
"""Beginnings of a header after its number."""

WIDGET = frozenset(
    """meisten stimmen
meiste stimmen
le plus récent
le plus ancien
le plus populaire
más votado
più recente
più vecchio
più votato
mais votado
meeste stemmen
feedbacks embutidos""".split("\n")
)

FORMS = (
    "zum kommentieren anmelden",
    "melden sie sich an, um zu kommentieren",
    "connectez-vous pour commenter",
    "inicia sesión para comentar",
    "faça login para comentar",
    "accedi per commentare",
    "log in om te reageren",
)

FOOTERS = frozenset(
    """ähnliche beiträge
ähnliche artikel
verwandte beiträge
das könnte sie auch interessieren
vorheriger beitrag
nächster beitrag
vorheriger artikel
nächster artikel
datenschutz
datenschutzerklärung
impressum
articles similaires
articles liés
sur le même sujet
article précédent
article suivant
politique de confidentialité
mentions légales
artículos relacionados
entradas relacionadas
noticias relacionadas
entrada anterior
entrada siguiente
artículo anterior
artículo siguiente
política de privacidad
aviso legal
artigos relacionados
notícias relacionadas
posts relacionados
artigo anterior
próximo artigo
post anterior
próximo post
política de privacidade
articoli correlati
articolo precedente
articolo successivo
informativa sulla privacy
i più letti
gerelateerde artikelen
gerelateerde berichten
vorig bericht
volgend bericht
vorig artikel
volgend artikel
privacybeleid
meest gelezen
teilen mit
compartilhe
delen
jcomments
facebook comments plugin
comments powered by disqus""".split("\n")
)
"""Whole lines, a colon at the end left out."""

FOOTER_STARTS = (
    "be the first to comment",
    "deine e-mail-adresse wird nicht",
    "ihre e-mail-adresse wird nicht",
    "meinen namen, meine e-mail-adresse",
    "weitere kommentare laden",
    "mehr kommentare laden",
    "schreiben sie den ersten kommentar",
    "schreibe den ersten kommentar",
    "lesen sie auch:",
    "lies auch:",
    "votre adresse e-mail ne sera pas",
    "votre adresse de messagerie ne sera pas",
    "enregistrer mon nom, mon e-mail",
    "charger plus de commentaires",
    "plus de commentaires",
    "soyez le premier à commenter",
    "inscrivez-vous à notre newsletter",
    "tu dirección de correo electrónico no",
    "su dirección de correo electrónico no",
    "guarda mi nombre, correo",
    "guardar mi nombre, correo",
    "cargar más comentarios",
    "los comentarios están cerrados",
    "sé el primero en comentar",
    "lea también:",
    "lee también:",
    "suscríbete a nuestr",
    "o seu endereço de e",
    "o teu endereço de e",
    "salvar meus dados neste navegador",
    "guardar o meu nome, email",
    "carregar mais comentários",
    "os comentários estão ",
    "seja o primeiro a comentar",
    "assine a nossa newsletter",
    "il tuo indirizzo email non",
    "salva il mio nome, email",
    "carica altri commenti",
    "i commenti sono chiusi",
    "commenta per primo",
    "iscriviti alla nostra newsletter",
    "het e-mailadres wordt niet",
    "je e-mailadres wordt niet",
    "mijn naam, e-mail en site",
    "meer reacties laden",
    "reacties zijn gesloten",
    "wees de eerste die reageert",
    "schrijf je in voor onze nieuwsbrief",
    "etiquetas:",
    "tag:",
)

NOTES = frozenset(
    "guest gast invité invitado visitante convidado ospite visitor subscriber moderator author autor auteur autore "
    "abonné editor staff verified".split()
)
"""What stands below a reader's name in one word: who he is to the site."""

NOTE_STARTS = (
    "works at ",
    "studied at ",
    "arbeitet bei ",
    "travaille chez ",
    "a travaillé chez ",
    "trabaja en ",
    "trabajó en ",
    "trabalha na empresa ",
    "trabalhou na empresa ",
    "lavora presso ",
    "werkt bij ",
)
"""Facebook's plugin prints where its users work."""
