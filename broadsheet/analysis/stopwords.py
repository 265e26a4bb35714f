"""Words that say nothing of a text's subject: function words, and what every news text says.

Of the languages of broadsheet/parse/lexicon; English adds to what scikit-learn lists. Words under three letters never
count anyway.
"""

STOP_WORDS = {
    "en": frozenset(
        """said says say told tell asked added according mr mrs year years day days week weeks month months today
        yesterday time times new people just like don didn doesn isn wasn won aren couldn wouldn hasn haven got going
        make made way really monday tuesday wednesday thursday friday saturday sunday january february march april
        june july august september october november december half thing things want know think did does having
        used least best able likely big old high called took taken come came away hardly exactly instead""".split()
    ),
    "de": frozenset(
        """aber alle allem allen aller alles als also andere anderem anderen anderer anderes auch auf aus außerdem bei
        beim bereits bis bisher bleibt beide beiden damit dann darauf das dass daß dem den denen denn der deren des
        dessen die dies diese diesem diesen dieser dieses doch dort drei durch eigentlich ein eine einem einen einer
        eines einmal ende erst etwa etwas euro fast für ganz gab geben gegen gehen geht gemacht gesagt gibt gut habe
        haben hat hatte hatten hätte heißt her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer immer
        indem ins ist jahr jahre jahren jede jedem jeden jeder jedes jetzt kam kann kein keine keinem keinen keiner
        kommen kommt können könnte lassen machen macht man mehr mein mit muss müssen nach nicht nichts noch nun nur ob
        oder ohne sagt sagte sehr sei sein seine seinem seinen seiner seit selbst sich sie sieht sind sogar soll
        sollen sollte sondern sonst tag tage tagen über uhr und uns unser unsere unter viel viele vom von vor war
        waren warum was weil weiter welche wenn wer werde werden wie wieder will wir wird wurde wurden während zum zur
        zwar zwei zwischen zehn vier fünf sechs sieben acht neun""".split()
    ),
    "fr": frozenset(
        """afin ainsi alors après assez aucun aucune aujourd hui aussi autre autres avaient avait avant avec avoir ayant
        beaucoup bien car ce ceci cela celle celles celui cent ces cet cette ceux chaque chez comme comment contre dans
        depuis des deux devait devant dire dit doit donc dont dès elle elles encore enfin ensuite entre est et étaient
        était étant être euro euros eux fait faire fois font heure heures hier ici ils jamais jour jours jusqu les leur
        leurs lors lorsque mais mal même mêmes mieux moins mois mon nos notre nous nouveau nouvelle ont ou où par parce
        parfois pas pendant personne peu peut peuvent plus plusieurs pour pourquoi pourrait près puis quand quatre que
        quel quelle quelles quelque quelques quels qui quoi rien sans sait sera seront ses seul seule seulement sinon
        six soit son sont sous souvent sur tandis tant tel telle tels temps tous tout toute toutes toujours très trois
        trop une vers voici voilà vos votre vous""".split()
    ),
    "es": frozenset(
        """ahora algo algunos además ante antes aquel aquella aquí así aunque año años bien cada casi como con contra
        cual cuando cuatro dar debe del desde después dice dijo donde dos durante ella ellas ellos embargo entonces
        entre era eran eres esa esas ese eso esos esta estaba estado estamos estar estas este esto estos está están fue
        fueron gran hace hacer hacia han hasta hay haya hoy las les los más mayor menos mes mientras mismo momento mucho
        muchos muy nada nos nosotros nuestra nuestro nueva nuevo nunca otra otras otro otros para parte pero poco por
        porque pues puede pueden que quien quién según ser será siempre sido sin sino sobre solo son sólo sus tal
        también tampoco tan tanto tiene tienen toda todas todavía todo todos tras tres tuvo una unas uno unos usted
        veces ver vez ya""".split()
    ),
    "it": frozenset(
        """alla alle allo anche ancora anni anno avere aveva avevano bene che chi ci come con contro cosa così cui dagli
        dai dal dalla dalle degli dei del dell della delle dello dentro detto deve dopo dove due ecco era erano essere
        fare fatto fino fra gli già giorni giorno ha hanno ieri il in infatti insieme intanto invece io la lavoro le lei
        loro lui ma mai meno mentre mesi mia mio molti molto nei nel nella nelle nello noi non nostra nostro nulla ogni
        oggi oltre ora ore per perché però più poco poi possono prima proprio può qualche quale quali quando quanto
        quasi quattro quella quelle quelli quello questa queste questi questo qui quindi sarà sempre senza sia siamo
        sono solo sopra sotto stata state stati stato sua sue sugli sui sul sulla suo suoi tanto tra tre tutta tutte
        tutti tutto una uno volta volte vostro""".split()
    ),
    "nl": frozenset(
        """aan achter alle alleen alles als altijd ander andere anders bent beide bij bijna binnen daar daarna dag dagen
        dan dat deze die dit doch doen door dus echter een eens eerst eerste elke even gaan gaat geen gemaakt gezegd
        had hadden hebben heb heeft heel hem hen hier hij hoe hun iedereen iemand iets ieder jaar jaren jij jullie kan
        komen komt kon kunnen laatste maar maken meer meest men met mijn minder moet moeten naar nadat niemand niet
        niets
        nog nooit nou omdat onder ons onze ook over per slechts sinds sommige steeds tegen terwijl toch toen tot tussen
        twee uit uur van vanaf veel verder vier volgens voor vooral waar waarom wanneer want waren was wat weer weinig
        wel welke werd werden wij wil worden wordt zal zegt zei zelf zich zien zijn zonder zou zouden""".split()
    ),
    "pt": frozenset(
        """agora ainda além algo alguns ano anos ante antes ao aos apenas após aquela aquele aqui assim até bem cada
        casa com como contra cada cerca coisa da das de depois desde dessa desse desta deste deve dia dias disse diz
        dizer dois duas durante ela elas ele eles embora enquanto então entre era eram essa essas esse esses esta
        estado estão estar estas estava este estes está eu faz fazer foi foram grande há hoje isso isto já lhe lá maior
        mais mas meio menos mês meses mesma mesmo muito muitos nada não nas nem nenhum nessa nesse nesta neste nos nossa
        nosso nova novo num numa nunca onde ontem ou outra outras outro outros para parte pela pelas pelo pelos pode
        podem pois por porque pouco quais qual quando quanto quase quatro que quem se seja sem sempre ser será seu seus
        sido sobre sua suas são também tanto tem têm ter teve tinha toda todas todo todos três tudo uma umas uns vai vez
        vezes você""".split()
    ),
}
