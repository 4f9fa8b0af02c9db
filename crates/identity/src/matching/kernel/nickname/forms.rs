//! The table of forms: one group a line, names folded, in no order that matters.
//!
//! To add a name, add it to its line or open a new one. A short form that belongs to two names stands in both lines.

/// The groups, each a line of names.
pub(super) fn groups() -> impl Iterator<Item = &'static str> {
    MEN.lines().chain(WOMEN.lines()).chain(EITHER.lines()).filter(|line| !line.is_empty())
}

const MEN: &str = "\
aaron aron ron ronnie arend haroun harun
abraham abram abe abie bram ibrahim avraham avram авраам абрам
achilles achille achilleas aquiles
adam ad adamo adao adas adamek адам
adalbert adelbert albert bert bertie al albrecht aubert alberto berto albertino bela wojciech wojtek vojtech альберт
adolf adolph adolphe adolfo dolf dolfo адольф
adrian ade adriaan adrien adriano hadrian adriaen arjan arie адриан
alan allan allen alain al alano
alasdair alistair alister alastair al aly
alexander alex alec alek al sandy sander xander lex alexandre alessandro alejandro alexandros aleksander aleksandr alexandr oleksandr olek sasha sascha sacha sanya shura sandro ale alecsandru alexandru iskander iskender саша александр олександр шура саня алекс сашка
alexis alexei aleksei aleksey alexey alyosha lyosha oleksii алексеи алеша леша олексии
alfred alf alfie fred freddie al alfredo fredo alfredino alfried альфред
alphonse alfons alfonso alonso alonzo afonso fonso fons poncho альфонс
algernon algy algie
ambrose ambrosius ambrosio ambrogio ambroise amvrosios
amadeus amadeo amedeo gottlieb amadeu
anatole anatoly anatolii anatoli tolya anatolio анатолии толя
andrew andy drew andreas andre andrea andres andrei andrey andriy andrij andrzej andrze jedrzej anders andries ondrej andras dries ander andreu андреи андрюша андрии андреас
angel angelo ange angelos angie
anselm anselme anselmo ansel
anthony antony tony ant anton antonio antoine antonius antoni anthonis toni tonio tonino tonek antek toon antoon teun antonin antun antal antonis nino антон антонио тоша антоша
archibald archie arch archy
armand armando hermann herman armin harman armann арман герман
arnold arnie arn arnaud arnaldo arnoud arno arend arnoldo арнольд
arthur art artie artur arturo arturs turi артур
august augustus augustine austin auguste augusto agustin agostino augustin gus gustl guus stijn tino avgust август августин
balthasar baltasar balthazar baldassare balto
barnabas barnaby barney barnabe bernabe barnaba варнава
barry barrie baz bazza barrington finbar
bartholomew bart barth bartholomaus bartolomeo bartolome bartholome barthelemy bartlomiej bartek bartel bartosz tolomeo mees варфоломеи
basil basile basilio basilius vasily vasili vasilis vasilios vasil vasyl vasya bas bazyli василии вася василь василис
benedict ben bennie benny benedikt benoit benito benedetto benedicto bento bendt bengt bent benedek benedykt бенедикт венедикт
benjamin ben bennie benny benji benjie benno benjamim beniamino benek beniamin veniamin binyamin вениамин веня
bernard bernie bern bernhard bernardo bernd berndt barend bernardino barnard barney berny bernat бернард
bert bertie bertram bertrand bertrando beltran bertran
boris borya borka borislav борис боря борислав
brandon bran brand brandan
brendan brandan bren brendon
brian bryan bryant bri bryon brien
bruce brucie
bruno brunon
caesar cesar cesare cesario
calvin cal vin vinnie kalvin
cameron cam camron kameron
caspar casper kaspar kasper jasper gaspar gaspare gaspard jesper kacper каспар
cecil cecilio cecile cece
charles charlie charley chuck chas chaz chip carl karl carlos carlo charly karel karol carolus karoly carlito carlitos calle kalle kalli carles sharl carol lolek карл чарльз карлуша
christian chris christiaan christiano cristian cristiano kristian krystian chretien karsten carsten kersten христиан кристиан
christopher chris kit topher kris christoph christophe christoffer kristoffer cristobal cristoforo cristovao krzysztof krzys krzysiek kristof christophorus stoffel christos christof kryshtof toffer христофор кристофер христос
clarence clare clancy clarrie
claude claudius claudio klaudiusz claud клаудиус клавдии
clement clem clemens klemens clemente clemency klement климент клим
clifford cliff clif
clive cliff
clinton clint
conrad con connie konrad kurt curt konni corrado conrado koenraad koen coen конрад курт
constantine con connie constantin konstantin costantino constantino konstantinos kostas costas kostya kostia konstanty dinos константин костя константинос костас
cornelius con connie corneel cornelis kees cor cees neil corny nelis corneille cornelio корнелиус корнеи
curtis curt kurt
cyril cy cirillo cirilo kyrill kiril kirill kyrylo cyryl cyrille кирилл кирило
cyrus cy ciro russ
damian damien damon damiano damiaan demyan дамиан демьян
daniel dan danny danni dani daniele danilo danylo danila daan danielo дэниел даниел даниил данила даня данило
david dave davey davie davy davide dawid dafydd taffy davit daud dawud dov давид дэвид дато
dean dino deane
dennis denis den denny denys dionysius dionisio dion dionysios dyonizy денис дионисии
derek derrick deric derk dirk rick dietrich diederik dierk
desmond des desi dez
diego santiago jacobo tiago yago iago
dietrich dieter dirk didi diederik theodoric thierry teodorico ditrich
dmitri dmitry dmitrii dmytro dima mitya demetrius demetrio demetri demetrios dimitri dimitrios dimitris mitch dimitar дмитрии дима митя дмитро димитр димитриос
dominic dominick dom nick dominik dominique domingo domenico domingos mingo nico доминик
donald don donny donnie donaldo донэлд
douglas doug dougie
duncan dunc
dwight dewey
edgar ed eddie edgard edgardo эдгар
edmund ed eddie ned ted edmond edmundo edmondo эдмунд
edward ed eddie eddy ned ted teddy eduard edouard eduardo edoardo duarte edvard edek edu lalo эдуард эдик эдвард
edwin ed eddie edvin eduino ned эдвин
eligius eligio eloy loy eloi
elijah eli elias ilya ilia ilyas elia eliasz elie lije ilja илья илюша элиас
elliot elliott eliot eli
emil emile emilio emiliano emilius milo emilian эмиль емельян
emmanuel manuel manny manolo emanuel immanuel emanuele emmanouil manolis manu manoel емануил мануэль эммануил
enoch eno enos
ephraim efraim eph efrem ефрем
erasmus rasmus erasmo asmus
eric erik rick ricky erich erico eirik jerker eryk eerik эрик ерик
ernest ernie ern ernst ernesto erno erneste эрнест эрнст
ethan ethen eitan etan
eugene gene eugen eugenio evgeny evgeni yevgeny evgenii yevhen zhenya eugeniusz genek eugenios евгении женя евген
evan euan ewan ewen
ezekiel zeke ezequiel hesekiel
ezra ez esra esdras
felix felice feliks feliu lix феликс
ferdinand ferd ferdie nando fernando hernando hernan fernand ferdinando ferrante ferran nandor фердинанд
florian flori florek floriano florijn flor
francis frank frankie fran francisco franz francesco francois frans franciscus ferenc franciszek franek franco paco pancho kiko chico ciccio cesco franck fritzi xico ferko франц франциск франсуа фрэнсис
franklin frank frankie
frederick frederic fred freddie freddy fritz friedrich frederik fredrik federico frederico fryderyk rick ricky fedde freek frits fridrich фредерик фридрих федерико
gabriel gabe gab gabriele gabrielo gavriil gavril gabi gabo gavrila габриэль гавриил гаврила
geoffrey jeffrey jeff geoff gottfried godfrey geoffroy goffredo godofredo gotfryd jeffery jeffry govert готфрид джеффри
george georgie geordie georg georges jorge giorgio jorg joerg jurgen juergen jiri jerzy jurek georgy georgi georgii georgios yorgos giorgos yuri yuriy iurii joris sjors jordi jorgen goran gyorgy egor yegor igor zhora gosha goga юрии юра георгии жора гоша егор джордж георгиос
gerald gerry jerry gerhard gerard gerhardt gert gerd gerardo geraldo giraldo gerrit geert gherardo gerardus gellert герхард джеральд герард
gilbert gil bert gib gilberto gisbert gijsbert гилберт
giles gilles egidio egidius gil gillis
gordon gordie gord гордон
graham graeme grahame gram
gregory greg gregg gregor gregorio gregoire grigory grigori grigorii grisha grzegorz grzes grigoris grigorios joris goyo gerg gergely григории гриша григор
gunther gunter guenther guenter gunnar gunar gunder гюнтер
guy guido wido vito veit
gustav gus gustave gustavo gustaf gusta gustaw gustavus густав
harold harry hal harald haroldo aroldo harri гарольд харальд
harvey harv harve herve
hector ettore hektor heitor ektor
henry harry hank hal henri heinrich enrique enrico henrique hendrik henrik heinz heiner hein henryk henk rik rico kike quique enzo henning heike heino hinrich heikki genrikh генрих генри хенрик
herbert herb herbie bert heriberto heribert aribert герберт
herman hermann hermanus armin hermano harm manes ermanno герман
hilary hilarius hilario ilario hilaire ilarion иларион
homer omero homero omiros
horace horatio horatius orazio horacio
howard howie ward
hubert hugh bert hubertus huub huib uberto humberto hubi hobart юбер губерт
hugh hugo huey hughie ugo hugues huw hew huguette гуго хьюго
humphrey humph umberto humberto onofrio humfried
ignatius ignacy ignacio ignazio ignaz ignace nacho inigo ignat inacio natz игнатии игнат
immanuel emmanuel manny
innocent innocenzo inocencio innokenty иннокентии кеша
isaac isaak izaak ike zac zak isak isacco ishaq yitzhak исаак исак
isidore isidor isidro isidoro izydor sidor izzy исидор
ivan ivo iwan vanya yvan иван ваня иво
jacob jake jakob jacobus jacques jaap jacobo giacobbe jakub kuba kubus coby cobus jago sjaak yakov yakub jacopo jascha yasha jacov якоб яков яша якуб
james jim jimmy jimmie jamie jem jack jaime jaume giacomo jacques diego iago seamus hamish tiago santiago jago chaim jayme джеимс джим жак
jason jase jay iason giasone язон
jasper casper kasper jaspar
jeremiah jerry jeremy jem jeremias geremia jeremie jez jaromir иеремия еремеи
jeremy jem jez jeremie jerry jeremias
jerome jerry hieronymus geronimo girolamo jeronimo hieronim jeroen jerom иероним
jesus chus chuy isus iesus
joachim jochen achim joaquin gioacchino joaquim jochem chimo quim yakim joakim akim yoakim иоаким аким
john jack johnny jon jonny johann johannes hans hannes juan jean giovanni joao jan jens johan ian sean shaun evan ivan jannis janos janek jasio jas yannis ioannis giannis gianni nino jonas juanito jannik yohann yann yoann hansi hanns hanno jo johnnie jock jukka juhani joan xoan ioan ion nelu yahya janne henne vanni jovan jani иван иоганн джон ян ваня янис ганс хуан жан яннис
jonathan jon jonny nathan natan jonatan gionata johnathan jonathon ионатан джонатан
jonah jonas jona giona yunus иона
jordan jory giordano jourdain jordao
joseph joe joey jo josef jose giuseppe jozef jusuf yusuf josip pepe beppe peppe pepito sepp seppi jupp jos joop josse beppo pino osip yosef zef jozsef jozek ze zezinho pepijn peppino josephus iosif jef bepi иосиф осип жозеф иозеф хосе
joshua josh josue jozua giosue yehoshua josuah джошуа
jude judas judah yehuda judd juda
julian jules julien juliano giuliano jul juliaan iulian yulian юлиан жюльен
julius jules julio giulio juliusz gyula iulius yuli jule юлии юлиус
justin justus justo giusto just justinus giustino justyn юстин
kenneth ken kenny kent
kevin kev kevan
klaus claus nicholas claes klaas niklaus
lachlan lachie lockie lochlan lach
lambert lamberto lamprecht bert lammert
laurence lawrence larry laurie lorenz lorenzo laurent laurens lars lauritz lorens lourenco lorne law renzo wawrzyniec lavrenty laurentius lenz rens lau lasse lauri vavrinec лаврентии лоренц лоренцо
lazarus lazaro lazzaro lazare lazar лазарь
leo leon leonid lev leonidas leone leao leopold leonhard leonardo lyova лев леон леонид леня лева
leonard len lenny leo leon leonhard leonardo leonardus lennart lenard leendert nardo leonid leonhardt леонард
leopold leo poldi leopoldo lipot леопольд
leroy lee roy elroy
leslie les lesley
lester les
levi lev lewi levy
lewis lew lou louie louis ludwig luis luigi luiz ludovic ludovico lodewijk lajos luca ludvig gigi luisito lutz ludwik lodovico lluis wies gino людвиг луи луис
lionel leo lionello leonel nello
luke lucas lukas luca luc lucius lucio lukasz lukacs luka luuk lux loukas lukash лука лукас лукаш
magnus mans manus magno mogens магнус
malcolm mal malc colm malcom
mark marc marcus markus marco marcos marek marcel marcin marko marks marquos marquinhos marius марк марко маркус марек
marcel marcellus marcello marcelo marceli marcin марсель марцел
marion marian mariano marius mario marijan мариан марио
martin marty mart martino martijn marten maarten martinus marcin martim morten tinus martinho marton maerten martyn мартин мартын
matthew matt matty mat matthias mathias matthaus matteo mateo mattia matias mateus mateusz matthieu mathieu maciej matej matevz mats thijs mathijs matthijs mattias matous mate matvei matvey matti hias teo матвеи матиас матфеи мотя
maurice maury moritz mauricio maurizio mauritz mauro morris mo maurits maurus maurycy мориц морис маврикии
maximilian max maxim maxime massimo maximo maksim maksym maks massimiliano maximiliano maxi maximiliaan maximus maxwell макс максим максимилиан
melvin mel melvyn
michael mike mick mickey mikey mitch michel miguel michele mikhail mikael mikkel michal michiel misha mihai mischa mihail maikel micha michi mihaly mikel miquel mitya misko micky myhailo mykhailo chiel mikko michalis miguelito михаил миша михаэль михаило мишель маикл
miles milo myles milan
milton milt
mitchell mitch michell
mohammed muhammad mohamed mohammad mehmet mehmed mo mamadou muhammed мухаммед магомед
montague monty monte
mortimer mort morty
moses moe moshe moises mose mosheh moische musa mojzesz моисеи муса
nathan nat nate nathaniel natan naftali натан
nathaniel nat nate nathan nathanael natanael
neil neal niall nigel neill niel nils
nicholas nick nicky nico nicolas klaus claus nikolaus niklas nicola nicolo nicolau nikolai nikolay nikolas nikos nikolaos colin cole kolya niels nils niclas klaas nicolaas mikolaj miklos miko nikita mykola nicol coen niko lasse claes nikolaj mikulas nic николаи коля никола микола николас никос николаос
nikita nikitas никита
norbert bert norberto norb норберт
norman norm normie normand норман
octavius tavi octavio ottavio octave tavio
oleg olezhka olech helge олег олежка
oliver ollie olly noll olivier oliverio oliviero olivieri oliwier оливер оливье
orlando roland rolando rolland roldan rollo rolf orlo роланд орландо
oscar oskar ossie ozzie oscarito оскар
oswald ozzie oz osvaldo waldo oswaldo освальд
otto otho otton oddone odo otis oto ottone отто
owen eoin ewan owain eugene
pascal pasquale pascual pascoal pasco paschalis паскаль
patrick pat paddy patricio patrizio padraig patryk patrice rick ricky patric patrik патрик
paul pauly paulie pablo paolo paulo pavel pawel pavlo pal pall pauli paulus pauwel poul pol paavo pasha paulino pavlos павел паша павло пауль поль павлос
percival percy perce parzival parsifal
peregrine perry pellegrino
peter pete petey pieter piet pierre pedro pietro piero petr pyotr pyotor piotr petro per peder peer petrus petya pierrot perico petros petar pekka pelle petter pero piotrek petteri peio pere peadar петр петя петро петер пьер петрос
philip phil pip phillip philipp philippe felipe filippo filipe filip flip lipp felip philippos fulop pippo filippos филипп филя
quentin quint quinton quintin quintino kwinten
ralph raoul raul rafe ralf rolf radolf radulf рауль ральф
randolph randy randall randal rand dolph
raphael rafael raffaele rafe rafa raf rafal raffaello rafi rafail рафаэль рафаил
raymond ray raimund ramon raimundo raimondo raymund rayner mundo reimund рамон раимонд
reginald reg reggie rex reinhold reynold ron naldo ronald ronaldo rinaldo reinaldo reinout reynaldo reinhald reinaud
reinhard reinhardt reiner rainer rayner renier reinier reynard raniero ragnar раинер
rene renato renatus renaat renat ренат рене
reuben rube ruben rubin ruvim рубен
richard rick ricky rich richie dick dickie dickon ricardo riccardo ritchie rico rikard rikhard ryszard rysiek rik rickard richi rikkert ricard рихард ричард
robert rob robbie bob bobby bert robin roberto roparz beto berto robrecht robi roby dob robb роберт роб боб
roderick rod roddy rick rodrigo roderich ruy rodrigue rurik roderik rodion родион рюрик
rodney rod roddy
roger rog rodger rodge rutger ruggero rogelio rudiger ruediger rogerio rogier hodge роджер рюдигер
romeo meo
roman romain romano romanus romek romuald роман рома ромка
ronald ron ronnie reginald ronny ronaldo
rory ruairi roderick ruaridh
rudolf rudy rudolph rodolfo dolf rudi rolf ruedi rodolphe rudolfo рудольф
russell russ rusty rus
salvador salvatore sal salvator sauveur toto turi salva
samson sam sami sansone sanson самсон
samuel sam sammy samuele sami samu szymuel shmuel samuil samoel самуил сэм семуил
saul sol paul shaul
sebastian seb bastian basti sebastien sebastiano sebastiao bas baz bastien seba sebastiaan sebek себастьян
serge sergei sergey sergii sergio sergius serhii sergiu seryozha sergej сергеи сережа сергии сергио
seth set
severin severino soren sverin seweryn severus северин
sidney sid syd sydney
siegfried sigi siggi siegi sigfrido sigurd sigfried sigfredo зигфрид
sigmund sigismund zygmunt sigi siegmund sigismondo segismundo zsigmond зигмунд
simon si simeon simone simao szymon ximeno shimon siem semyon semen symon семен симон сема шимон
solomon sol solly salomon salomo salomone suleiman sulaiman shlomo suleyman соломон сулеиман
stanley stan stanislaus stanislaw stanislav estanislao stas staszek stanislao slava станислав стас
stephen steve stevie steven stefan stephan stefano esteban etienne estevan estevao istvan steffen staffan stepan szczepan stef stephane stefanos steph stijn stipe pista stevo степан стефан степа стефанос
sven svend swen sveinn svante
sylvester sly silvestro silvestre sylwester vester silvester сильвестр
terence terry terrence terenzio terencio teri terenty терентии
thaddeus thad tad tadeusz tadeo taddeo tadek judas faddei фаддеи
theobald tibald thibault thibaut teobaldo ted thiebaud
theodore theo ted teddy theodor teodoro fyodor fedor feodor teodor dorus theodoros fedya tewdwr todor tivadar теодор федор федя феодор
thomas tom tommy tam tomas tommaso tomaso thom tomasz tomek tamas maso tommie massimo tomaz tuomas toma tomi foma tome томас фома том
timothy tim timmy timo timotheus timoteo timothee timofei timofey timoteusz тимофеи тима тимоти
titus tito tite тит
tobias toby tobi tobiah tobie tobiasz tobia tovias товия
ulrich uli ulli ulric ulrico utz uwe ulrik oldrich улрих ульрих
urban urbano urbain orban урбан
valentine val valentin valentino valentijn valentyn velten valya walenty валентин валя
valerius valery valeri valerio valerii valerian valera valere валерии валера валериан
victor vic vick viktor vittorio vitor vito victorio wiktor vitya victorin виктор витя віктор
vincent vin vince vinnie vinny vincenz vincenzo vicente vinzenz vicenc wincenty enzo vincentius cenzo vikenty викентии винсент винченцо
virgil virg virgilio vergil virgile вергилии
vitalis vitaly vitali vitalii vital vitale vitalik виталии виталик
vladimir vlad volodya wladimir vova volodymyr wlodzimierz vladimiro waldemar valdemar vovka владимир вова володя володимир влад вальдемар
vladislav vlad wladyslaw ladislaus ladislav laszlo ladislao wladek slava владислав влад владик
vyacheslav slava waclaw vaclav wenzel wenceslaus venceslao viacheslav вячеслав слава вацлав
walter walt wally wat walther gualtiero gualterio wouter wout walti gauthier gautier вальтер уолтер
warren wazza
wesley wes westley
wilfred wilf will fred wilfried wilfrid vilfredo вильфрид
william will bill billy billie willie willy liam wilhelm guillaume guillermo guglielmo guilherme willem wim vilhelm wilhelmus memo gwilym villem ville vilmos pim uilleam wiliam willi wilek guillem gijom uilliam wills вильгельм уильям вильям билл гильом
winston win winnie
wolfgang wolf wolfi wulf wolff вольфганг
xavier xav javier saverio xaver ksawery xavi saviero ксавье
yaroslav jaroslav jaroslaw jarek slava ярослав слава
zachary zach zack zak zachariah zacharias zaccaria zacarias zakhar zachery sachar захар захария
";

const WOMEN: &str = "\
abigail abby abbie gail abi avigail abaigeal
ada adele adelaide adelheid addie adela adelaida adel adelina heidi della adie adalheid alida аделаида ада адель адела
adriana adrienne adrianna drina adria adriane адриана
agatha aggie agata agathe agda agueda агата агафья
agnes aggie nessie nessa ines agnese agnieszka inez agnieta agneta agnete ynes nancy aga agnessa агнесса инесса агния
aileen eileen evelyn ilene eibhlin
alberta bertie berta albertine albertina alba
alexandra alex sandra sandy lexi lexie sasha alessandra alejandra aleksandra alexandrine ale ola oleksandra xandra sandrine alexa alexia sanna shura sondra саша александра саня шура сандра
alice allie ali alicia alix alisa alys alise elise aliz alicja alitze ailis licia lis алиса алисия
alison allie ali allison alyson allyson
althea thea
amalia amalie amelia emilia malia amalija malchen амалия
amanda mandy mandi manda аманда
amelia amy millie mel emilia amelie amalia melia амелия
amy aimee amata ami amie
anastasia stacy stacey nastya stasia ana asya anastasiya nastia anastazja anastasie tasos настя анастасия ася стася
andrea andi drea andree andreia andreina андреа
angela angie angelica ange angelina angelika angele angelique angiola aniela lina анжела ангелина анжелика
anita ana ann
ann anne anna annie nan nancy nanny annette anita anja anya ana hanna anouk annika anneke anke anni aniela ania hania annushka anka annina nina aneta antje ane aina nannerl aine anushka annchen asya anik анна аня анюта нюра ганна анета
annabel anna bella belle annabelle anabel annabella mabel
anthea thea
antonia toni tonia antoinette antonina antonie tonya tosia antje antoinetta nina tonja netty tona антонина тоня антония
apollonia polly loni
arabella bella belle ara arabel orabel
ariadne ariana arianna ariane ari arianne adriana
audrey aud audie etheldreda audra
augusta gussie gusta auguste guste augustine agostina avgusta augustina августа
aurora aurore rory ora orora zora аврора
barbara barb barbie babs barbra babette barbel baerbel barbro varvara basia barbora varya bara babsi варвара варя барбара
beatrice bea bee trixie beatrix beatriz trix tris beatrijs beata беатриса
belinda bel linda lindy
bernadette bernie detta bernadetta bernarda bernardine bernardina berna
bertha bertie berta berthe birta берта
bethany beth bethan
blanche bianca blanca branca bianka blanka bibi бланка бианка
brenda bren
bridget bridie biddy brigitte brigid birgit brigitta brigida britta brita birgitta brit gitte bride brygida gitta bridgette britt brigit brigette бригитта
camilla cam millie camille camila kamilla kamila milla mila камилла камила
candace candy candice candie
carmen carmela carmina carmelita mina carmel carme кармен
caroline carol carrie caro lina carolina karoline karolina carolyn karolin line carola karola lotte karla carla carly carlotta carline karolinka charlene каролина
catherine cathy cath kate katie katy kay kit kitty kathy katherine katharine kathryn catalina caterina catarina katharina katarina katarzyna kasia ekaterina yekaterina katya katia kathe kaethe katrin catrin karin karen kathrin katja trina catriona caitlin kathleen ina tine trine katrina cat rina kata katalin catharina cato katrijn katelyn kaitlyn catrina aikaterini katerina caitriona cathrine rini nina kaja kati trijntje kathie kat екатерина катя катерина кэтрин катарина катюша
cecilia cissy celia cecily cecile cacilia caecilia cissie sissy silke zilla cecylia cecilie silje цецилия сесилия
charlotte charlie lottie lotte carlotta carlota lotta charly karlotta lola charlot lotti szarlota шарлотта лотта
christine chris chrissie tina christina christa cristina kristina kristin kirsten kerstin kristen krystyna krysia kirsty kristine stina tine chrissy christiane christiana cristiana christel christy krista kristiina christal kiki stien hristina кристина христина
clara clare claire klara chiara clair clarissa clarice klaartje clarita клара
claudia claudine klaudia claudie claudette claudina klaudija клавдия клава
clementine clem clemmie clementina clemence klementyna
colette nicole coletta nicolette
constance connie constanze konstanze costanza constanza constanca constancia konstancja stanze констанция
cordelia delia cordy kordelia
cornelia nele nelly corrie cornelie lia neeltje nelia kornelia conny корнелия
cynthia cindy cyn cintia cinzia kynthia
daisy margaret margherita marguerite
danielle dani daniela daniella danuta danila danka даниела даниэла
daphne dafne daff daphna
deborah deb debbie debby debra debora devora дебора
deirdre dee
delia della cordelia adelia
delilah lila dalila delila
denise dennie dee denisa dionysia denyse дениса
diana di diane dianne dyan диана
dinah dina dinora дина
dolores lola lolita dolly doloris dores delores долорес
dominique dominika domenica dominga nika domi доминика
donna madonna
dora doris dorothea theodora isidora dory doretta дора
dorothy dot dottie dolly dora dorothea dorothee doro thea dorotea dorota dorte dorthe dorit tea dorka dodo doortje дорофея доротея
edith edie eda edyta edita edithe edit dita эдит эдита
edna eddie
eleanor ellie nell nellie nora elinor eleonora eleonore elenor leonora lenore leonor lore nelly norah ellinor noor элеонора нора
elizabeth liz lizzie lizzy beth betty betsy bess bessie eliza elsie elise lisa liza libby lilibet elisabeth elisabetta isabel elsa else ilse lisbeth lise lies liesbeth elzbieta ela elisaveta yelizaveta elizaveta liesel lilli lis elli bettina betti bette elspeth isabella elisabete elisabet erzsebet zsoka lieschen bep elle elly lisette babette lisl lysbeth betje buffy alzbeta elixabete eli елизавета лиза элизабет лизавета эльза
ella ellen helen eleanor elle ellie
ellen helen nell nellie ellie helena elin elen len эллен
eloise heloise luise eloisa elouise
elvira elvire vira elwira эльвира
emily em emmy emma millie emilia emilie milly emiliana emilka mila emmeline emiliya эмилия эмили
emma em emmy emmie ema irma emmi erma эмма эма
erica erika rika ricky эрика
ernestine ernestina erna tina стина
esther hester essie hettie ester estera hadassah etty hetty esterka эстер эсфирь есфирь
ethel ettie
eugenia eugenie genie gena zhenya yevgenia evgenia evgeniya genia eugenija евгения женя
eunice eunike nike
eve eva evie evita ewa evy ieva havah hawwa chava yeva ева эва
evelyn eve evie lynn evelina eveline ewelina evelyne aveline эвелина
faith fay faye fe fides vera вера
felicia felicity fliss lis felicitas felice flick felicja фелиция
florence flo florrie flossie fiorenza florentina florentine florencia flora fiorella флоренция флора
frances fran fanny frankie francie francesca francisca franziska francoise franciszka franka paca paquita sissi sissy fanni frania cesca frantiska franzi франциска франсуаза франческа
frederica freda rica frieda friederike federica frederika fritzi rike fredrika frederique rikke фредерика
gabrielle gabby gabriella gabriela gabi gaby brielle elle ella габриела габриэла
genevieve gen ginny jenny genoveva ginevra genowefa viva geneva evie женевьева
georgia georgina gina georgie georgiana georgette giorgia georgine jorgina georgeanna георгина джорджия
geraldine gerry gerri geralda dina
gertrude gert gertie trudy trudi gertrud geltrude gertrudis geertruida truus trude gertruda gerda гертруда герда
gillian jill gill jilly juliana giuliana
ginger virginia
gisela giselle gisele gizela gisella gisa gila gizella гизела
gloria glory
grace gracie grazia gracia graca graziella gratia gracja graciela grazyna chariklia
greta margaret grete margarete gretchen грета
gwendolyn gwen wendy gwenda gwyneth gwendolen gwenny
hannah hanna anna johanna hanne hannchen hanneke chana ханна
harriet hattie harrie harriett etta henriette hetty
hedwig hedy hedda hedvig jadwiga edwige eduvigis wiga hede jadzia edvige hedi ядвига гедвига
helen nell ellie lena helena elena helene ellen nellie ilona eleni helenka jelena yelena ilenia alena olena lenka lene leni hellen heleen halina aliona ileana lenoch elene elaine елена лена алена олена элен хелена
henrietta hattie etta hetty hettie henriette enrichetta enriqueta henryka jet henrika jette henni henny генриетта
hildegard hilda hilde hildegarda hildegarde hilla хильда
hortense hortensia ortensia
hope esperanza speranza nadezhda elpida nadia
ida idella idina ide ида
ingrid inga inge inger inka ingeborg ingebjorg ингрид инга
irene rena renie irina irena ira irenka iryna eirini irine ирина ира ирэна ирена
iris irys irida ирис
irma irmgard irmtraud irmi erma ирма
isabel bella belle izzy isabella isabelle isobel ysabel isa isabela sabela elisabeth izabela bel ibby iza izabella sobel ishbel ysabella изабелла
ivana vanna iva ivanka joanna ivanna ивана иванна
jacqueline jackie jacquelyn jacquie jacoba giacomina jaqueline jacomina jacobine jacobina jackeline
jane janie janey jenny jan janet joan jean johanna joanna jeanne juana giovanna joana jana janice jeannette sinead siobhan sheena janina gianna johanne hanna hanne jeanine jeanette jeannine joanne jo asia janneke jehanne ivana ioana yoanna jenna juanita joka zhanna janka sian vanna ioanna иоанна жанна яна ганна ивана джоанна
janet jan jenny janette jeannette jess jessie
jasmine jas jasmin jazz yasmin yasmina jasmina gelsomina yasemin жасмин ясмина
jemima jem mima jemma
jennifer jen jenny jenni jenn jenna guinevere ginevra yenifer gwenhwyfar jenifer дженнифер
jessica jess jessie jessy gessica yessica джессика
jocelyn joss joselyn jos jocelyne
josephine jo josie fifi josefa josefina giuseppina josefine pepita pepa pina josee jozefa josepha jozefina sefa josette fina fien josefin жозефина иосифа
joyce joy joice jodoca
judith judy judi jude giuditta judit jutta judyta yudit ytte yehudit judite юдифь юдит
julia julie jules julianne giulia juliana iulia yulia juliette juliet giulietta julieta julienne giuliana julita jule ulla yuliya juliane julka julcia yulka юлия юля юлиана джулия жюли
justine justina giustina tina justyna jutta justa юстина жюстина
laetitia letty letitia leticia lettice tish letizia titia leta летиция
lara larissa larisa lora larysa лариса лара
laura laurie lori lauren loretta laure laurence lora laurel laurette lorena laurinda lauretta lavra lorenza laurentia лаура лора
leah lea lia leia lya лия лея
leonora nora lenore leonore eleonora leonor
leticia letizia tish leta
lilian lily lillie lil lilly lillian lili liliana liljana lilia lilias liliane lilya лилия лиля лилиана
linda lin lindy lynda belinda melinda линда
lorraine lori laraine lorena lotharia
louise lou louisa lulu luisa luise lovisa luiza lois ludovica ludwika heloise luisella aloisia lovise луиза
lucy lucia lucie lou lux luz lucinda lucille luzia luciana lucja lucyna lucilla lucienne lucija lusya lutsia lukia люсия лючия люси люция
ludmila lyudmila mila lyuda ludmilla luda lidmila людмила люда мила
lydia liddy lidia lida lidiya lydie lyda lidija лидия лида
lynn lynne lyn linda lin
mabel amabel may mab mabelle
madeleine maddy madeline madge magdalena maddie lena magda madalena maddalena magdalene magdalen malena madlen madelyn madelaine malin leni malene lene madelon мадлен магдалена магда
marcella marcy marcia marcelle marcela marcelina marceline марцела
margaret maggie meg peggy madge marge margie daisy greta rita margo margot margarita margarete marguerite margherita margarida margit gretchen mererid grete margriet griet malgorzata gosia maisie marjorie may megan meta gitta margareta margaretha merete marit gretel peg pegeen magga maj marghe margret peggie greetje mette marketa maighread mairead margery margalit margaux marga малгожата маргарита рита марго маргарет
maria mary marie may molly polly mimi mae mitzi miriam mariam mia maire moira maura marita mariella marietta mariette marija mariya masha manya marusya marysia maryla maja maryam myriam mariana marion marianne mari maaike marijke mieke ria mariska marika marica miep maureen mamie maren marichka minnie maike moll maricela marisa mariona marise myra mascha marja maryse mariechen meryem мария маша маруся марья мариика мари
marianne mary anne mariana marian marion mariamne марианна марьяна
marina rina mari marinella marinka marynia марина
martha marty mattie marthe marta patty matty marteke maarit marfa marthine марта марфа
martina tina martine martyna martyne maartje martinka мартина
mathilda mathilde matilda tilly tilda tilde maud mechthild maude mattie mafalda matylda matilde metta til матильда
maxine max maxima massima
melanie mel mellie mela melania malanya melany меланья мелания
melissa mel missy lissa melisa lissy мелисса
mercedes mercy merche mercedita merced
michelle mich shelly michaela michele micaela micky michalina michela mikaela shell chelle михаэла мишель михалина
mildred millie milly mil
millicent millie milly melisende
minerva minnie
miranda randy mira mandy миранда
miriam mim mimi miri mirjam mary miryam mariam maria мириам
monica mona monika monique nica moni monia моника
muriel mur meriel
myrtle mertie myrta
nadia nadine nadezhda nadya nadja nadzieja nadege nadiya надежда надя
nancy nan ann anne agnes annis nance
naomi nomi noemi noemie noomi nao ноэми наоми
natalie nat natalia natasha nathalie natalya tasha talia natascha tata natalija talya nataliya natacha talie наталья наташа наталия наталя
nicole nicky nikki nicola nicolette nicoletta colette nika nicoline nic nikola nichole николь никола
nina antonina ann nona ninon janina giannina нина
nora norah honora eleanor leonora noreen honor onora nonie нора
norma норма
octavia tavy ottavia oktavia tavia
odile ottilie odilia odette otilia ottilia tilli oda одетта оттилия
olga olya helga olia helge ольга оля хельга
olive olivia liv livvy ollie nollie olivie oliwia livia oliva libby оливия
ophelia phelia ofelia ophelie офелия
pamela pam pammy pammie pamella памела
patricia pat patty patti tricia trish patsy trisha patrizia patrycja pati pazia patrice paddy патриция
paula polly paulette paulina pauline pavla paola pola pavlina paule linet paulien паула полина павла
penelope penny pen nell pennie pinelopi пенелопа
petra perina pietra petronella peta pierrette petronilla petronela nel piera perrine петра
philippa pip pippa filippa philippine felipa filipina филиппа
phyllis phil phyl filis
polly mary paula apollonia molly pauline
polina pauline apollinaria polya apolline полина поля
priscilla cilla prissy scilla prisca priska присцилла
prudence prue prudy prudenzia pru
rachel rae rach shelley rachael raquel rachele rahel raelene rakel ray rahil рахиль рэчел рашель
rebecca becky beck bec becca rebekah reba rebekka rivka rebeca ребекка
regina gina reina reine queenie rina regine gena ines регина
renata rene renee renate rena reni рената рене
rita margarita margherita marguerite рита
roberta bobbie robbie berta bobby robin robyn роберта
rosalind ros roz rosalinda rosalyn linda rosaline rozalind
rosamund ros roz rosamunde rosie rosamond
rosemary rose rosie romy rosemarie romarie marie rosmarie rosamaria rosa rosario
rose rosie rosa rosalie rosetta rosina rosita roza rosine ruzena rosalia rozalia rozsa roosje rosana rosanna rosaria роза розалия
roxanne roxy roxana roxie roksana oksana роксана
ruth ruthie rut ruta рут руфь
sabina sabine bina sabrina savina sabien сабина
salome sally salomea sal саломея
samantha sam sammy mantha саманта
sarah sara sally sadie sal sallie sarita sarina sari sarai saartje сара сарра
selina celine selena celina celia selene salina селена
serafina seraphina fina serafine serafima sima серафима сима
sharon shari sharron shaz sherry
sheila celia cecilia sile shelagh julia
shirley shirl shir shirlee
sibyl sybil sibylle sybille sibylla sibilla cybill сивилла
silvia sylvia sylvie silvie silvana sylwia sil sylviane silke сильвия
sonia sonya sonja sophia sonje соня
sophia sophie sofia sofie zofia fifi sonia sonya sonja zosia fie soph vicky sofija sofiya fieke zophie софия соня софья софи
stella estelle estrella estella stell ester maristella стелла
stephanie steph stevie stefanie stefania estefania etienette stephania stefanija fanny steffi stephany stefi степанида стефания
susan sue susie suzy susannah susanna suzanne sukie susana suze suzette sanna zuzanna susanne zuzana sanne zuzia shoshana susi suzan sanni susann suus сюзанна сусанна
tabitha tabby tab tabita tabea
tamara tammy tam mara toma tamar tamra тамара тома
tatiana tania tanya tanja tiana tatyana taciana tetyana tatjana татьяна таня тетяна
teresa theresa tess tessa terry tracy therese theresia teresita resi terez teresinha tere trees teresia resa tracey thea tereza тереза
thelma telma
theodora dora thea theo teodora fedora feodora theda феодора теодора
ursula ursel ulla uschi orsola ursuline orsolya urszula ula ursule урсула
valentina val valentine tina valya walentyna valentyna валентина валя
valerie val valeria valery valeriya waleria valera valeska лера валерия
vanessa nessa van ness wanessa ванесса
vera veronica verity wiera vjera вера
veronica ronnie vera veronika ronni veronique nica bernice vroni weronika nika verena вероника ника
victoria vicky vicki vickie tori vika viktoria vittoria vitoria victoire wiktoria victorine viky vita виктория вика
violet vi viola violetta violette violeta wioletta letta wiola виолетта
virginia ginny ginger virginie gina virgie wirginia virginija виргиния
vivian viv vivienne viviane viviana bibiana vivianne wiwiana bibiane вивиана
walburga wally burgi walpurgis
wilhelmina mina minnie billie willa wilma helma elma minna mien wilhelmine guglielmina guillermina mientje guillemette wilhelma mineke vilhelmina vilma вильгельмина вильма
winifred win winnie freddie fred wendy winny guenevere
yolanda yolande jolanda iolanda jola jolanthe jolanta iolanthe yola viola иоланта
yvonne yvette ivonne ivona iwona eve evonne ivette ивонна
zenaida zina zinaida zenia xenaida зинаида зина
xenia ksenia oksana xena kseniya aksinya ksenija ksusha polyxena senia ксения оксана ксюша аксинья
zoe zoey zoya zoi vita зоя
";

const EITHER: &str = "\
ashley ash ashleigh ashlee
aubrey alberic aubree auberon
beverley bev beverly
blake blakey
cassandra cass cassie sandra kassandra casandra
casey case kasey
courtney court kourtney
danny daniel danielle
darcy darcey darcie
dylan dyl dillon
finn finley finlay fin fionn
flynn flinn
gemma gem jemma
hayden haydn aiden aidan
hayley hailey haley hay haylee
jackson jack jax jaxon
jai jay jaye
jaden jayden jay jade
jordan jordyn jordie
kelly kel kellie kelley
kim kimberly kimberley kimmy kimber
kirsty kirsten kirstie
kylie kyle ky kyla
lauren loz laurie lori laurena
leigh lee lea
lindsay lindsey linds lyndsey lynsey
logan logie
mackenzie mack kenzie mckenzie mac
maisie mae may
mia mya miah
morgan mo morgana morgane
paige page
riley ry reilly rylee
robin robyn rob
rupert ruprecht ruperto rupprecht руперт
ryan ry rian
sean shaun shawn shane shayne sion eoghan
shannon shan
sidney sydney syd
sienna siena si
taylor tay tayler
tracy trace tracey tracie
tristan tris tristram trystan tristano
tyler ty tylor
";
