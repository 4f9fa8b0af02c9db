//! Words that values are made of.
//!
//! Short lists, written for this module from general knowledge: enough that some of the rows of a real column hit them,
//! since a share of rows is all that is asked. They are folded once, so that `Müller`, `MULLER` and `muller` are the
//! same word. An underscore stands for a space.

use std::collections::HashSet;
use std::sync::LazyLock;

use onefold_model::normalise::fold;

/// A set of folded words or phrases.
pub(super) struct Words(HashSet<String>);

impl Words {
    fn new(lists: &[&str]) -> Self {
        Words(lists.iter().flat_map(|list| list.split_whitespace()).map(|word| fold(&word.replace('_', " "))).collect())
    }

    /// Whether the folded text is one of them.
    pub(super) fn has(&self, folded: &str) -> bool {
        self.0.contains(folded)
    }
}

/// Whether the text ends with one of the endings and has a stem of two letters or more before it.
fn ends(text: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| text.strip_suffix(ending).is_some_and(|stem| stem.chars().nth(1).is_some()))
}

/// Frequent given names.
pub(super) static GIVEN: LazyLock<Words> = LazyLock::new(|| Words::new(&[GIVEN_LATIN, GIVEN_OTHER]));
/// Frequent family names.
pub(super) static SURNAME: LazyLock<Words> = LazyLock::new(|| Words::new(&[SURNAME_LATIN, SURNAME_OTHER]));
/// Large or often met cities.
pub(super) static CITY: LazyLock<Words> = LazyLock::new(|| Words::new(&[CITIES]));
/// Words inside names of places.
pub(super) static PLACE: LazyLock<Words> = LazyLock::new(|| Words::new(&[PLACES]));
/// Countries and their codes.
pub(super) static COUNTRY: LazyLock<Words> = LazyLock::new(|| Words::new(&[COUNTRIES]));
/// States, provinces and their codes.
pub(super) static REGION: LazyLock<Words> = LazyLock::new(|| Words::new(&[REGIONS]));
/// Genders.
pub(super) static GENDER: LazyLock<Words> = LazyLock::new(|| Words::new(&[GENDERS]));
/// Occupations and other labels.
pub(super) static LABEL: LazyLock<Words> = LazyLock::new(|| Words::new(&[OCCUPATIONS, STATUSES]));
/// Legal forms and trades of organisations.
pub(super) static LEGAL: LazyLock<Words> = LazyLock::new(|| Words::new(&[LEGAL_FORMS]));
/// Kinds of dwelling and institution, as in the second line of an address.
pub(super) static PREMISE: LazyLock<Words> = LazyLock::new(|| Words::new(&[PREMISES]));
/// Months, in several languages.
pub(super) static MONTH: LazyLock<Words> = LazyLock::new(|| Words::new(&[MONTHS]));
static STREET_LAST: LazyLock<Words> = LazyLock::new(|| Words::new(&[STREETS_LAST]));
static STREET_FIRST: LazyLock<Words> = LazyLock::new(|| Words::new(&[STREETS_FIRST]));

/// Whether the words are the name of a street: its kind stands last (`high street`), first (`rue de rivoli`), or at the
/// end of a word (`hauptstrasse`). A house number may stand before or after.
pub(super) fn street(words: &[&str]) -> bool {
    let named: Vec<&str> = words.iter().copied().filter(|word| !word.chars().any(|c| c.is_ascii_digit())).collect();
    let more = words.len() > 1;
    let last = named.last().is_some_and(|word| more && STREET_LAST.has(word));
    let first = named.first().is_some_and(|word| more && STREET_FIRST.has(word));
    let glued = named.iter().any(|word| {
        ends(
            word,
            &["strasse", "straat", "gasse", "gatan", "laan", "allee", "plein", "singel", "vagen", "katu", "street"],
        ) || more && ends(word, &["weg", "platz", "vej", "veien", "gata", "gade", "str", "tie", "ring", "utca"])
    });
    last || first || glued
}

/// Whether a word without spaces has a sign of addresses in China, Japan or Korea.
pub(super) fn street_of_han(word: &str) -> bool {
    !word.is_ascii()
        && ["丁目", "番地", "番", "町", "路", "街", "号", "號", "길", "로"].iter().any(|sign| word.contains(sign))
}

/// Whether the text ends as family names do in some language.
pub(super) fn surname_ending(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "son", "sen", "ez", "ov", "ova", "ev", "eva", "ski", "ska", "sky", "wicz", "enko", "idis", "opoulos", "mann",
        "stein", "berg", "yan", "ian", "ini", "elli", "etti", "eau", "oglu", "stra", "ич", "ов", "ова", "ев", "ева",
        "ин", "ина", "енко", "скии", "ская", "ский",
    ];
    ends(word, ENDINGS) || word.starts_with("mc") || word.starts_with("o'")
}

/// Whether a name in Han characters without a space has a frequent Chinese, Japanese or Korean family name first.
pub(super) fn han_name(text: &str) -> bool {
    let mut chars = text.chars();
    let length = text.chars().count();
    let first = chars.next().map(String::from).unwrap_or_default();
    let two: String = text.chars().take(2).collect();
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7a3}').contains(&c);
    text.chars().all(han)
        && ((2..=3).contains(&length) && SURNAME.has(&first) || (3..=5).contains(&length) && SURNAME.has(&two))
}

const GIVEN_LATIN: &str = "
    aaron abigail ada adam adele adrian adriana agnes agnieszka ahmed aidan aisha alan albert alberto alejandra alejandro
    alessandra alessandro alex alexander alexandra alexandre alexis alfie alfred alfredo ali alice alicia alison allan
    alyssa amanda amber amelia amelie amir amy ana andre andrea andreas andrei andrew andrzej angel angela angelo angus
    anita anja ann anna anne annette annie anthony antoine anton antonia antonio archie arnaud arthur arturo ashley astrid
    audrey augustus ava barbara barry beatrice beatriz bella ben benedikt benjamin bernard bernd bert beth bethany betty
    bianca bill bob boris brad bradley brandon brenda brett brian bridget brigitte brooke bruce bruno bryan caitlin caleb
    callum cameron camila camille carina carl carla carlos carmen carol carolina caroline carolyn catarina catherine
    cecilia cedric chantal charles charlie charlotte chelsea cheryl chiara chloe chris christian christina christine
    christoph christopher claire clara clare claude claudia claudio clement colin connor conor corinna craig cristina
    cynthia daisy damien dan daniel daniela danielle danny daphne darren dave david dawn dean deborah denis denise dennis
    derek diana diane diego dieter dirk dmitry dominic dominik donald donna dora doris dorothy douglas dylan eddie edgar
    edith eduardo edward edwin eileen elaine eleanor elena eli elias elijah elisa elisabeth elise eliza elizabeth ella
    ellen ellie elliot elsa emil emilia emilie emilio emily emma emmanuel enrico eric erica erik erika ernest ernst esther
    ethan eugene eva evan eve evelyn evie ewa fabian fabio fatima felicity felix fernanda fernando filip finlay finn fiona
    florence florian frances francesca francesco francis francisco francois frank franz fred freddie frederick frederik
    freya friedrich fritz gabriel gabriela gareth gary gavin gemma geoffrey georg george georgia georgina gerald gerard
    gerhard gianluca gilbert gillian gina giorgio giovanni giulia giuseppe gordon grace graham greg gregory greta grzegorz
    guido guillaume gustav guy hamish hanna hannah hannes hans harold harriet harrison harry harvey hassan hayden heather
    heidi heike heinrich heinz helen helena helene helga helmut henri henrik henry herbert herman hilda holly horst howard
    hugh hugo ian ibrahim ida ignacio igor ines inge ingrid irene iris irina isaac isabel isabella isabelle isla ivan jack
    jackson jacob jacqueline jacques jade jaime jake jakob jakub james jamie jan jana jane janet janice jasmin jasmine
    jason javier jay jayden jean jeff jeffrey jennifer jenny jens jeremy jerome jess jesse jessica jesus jill jim jimmy
    joan joanna joanne joao joaquin joe joel johan johann johanna johannes john johnny jonas jonathan jordan jorge jose
    josef joseph josephine josh joshua joyce juan judith judy julia julian juliana julie julien juliette jurgen justin
    kai karen karin karina karl karolina karsten kate katharina katherine kathleen kathryn kathy katie katja katrin kay
    kayla keith kelly ken kenneth kerstin kevin kieran kim kirsten klaus konrad kristen kristian kristina krzysztof kurt
    kyle kylie lachlan lara lars laura lauren laurence laurent lea leah lee lena leo leon leonard leonie leslie lewis liam
    lilly lily lina linda lisa liz lola lorenzo lorna lotte louis louisa louise luc luca lucas lucia lucie lucy luigi luis
    luisa lukas luke lydia lynn mackenzie maddison madeleine madeline madison magdalena maja malcolm manfred manuel
    manuela marc marcel marcia marco marcos marcus margaret margarita maria mariana marianne marie marina mario marion
    mark marko markus marta martha martin martina martine mary mason mateo mathias mathieu mathilde matilda matteo matthew
    matthias maud maurice max maximilian maya megan melanie melissa mia michael michaela michal michel michele michelle
    miguel mikael mike mikhail mila miles millie mira miriam mitchell mohamed mohammad mohammed moira molly monica monika
    morgan moritz muhammad mustafa nadia nadine nancy naomi natalia natalie natasha nathan nathaniel neil nick nicola
    nicolas nicole niels nigel niklas nikola nils nina noah noel noemi nora norma norman oksana olaf oleg olga oliver
    olivia olivier omar oscar oskar otto owen pablo paige pam pamela paola paolo pascal pat patricia patrick patrik paul
    paula pauline pavel pawel pedro peggy penelope penny per pete peter petra phil philip philipp philippa philippe
    phillip phoebe pierre pietro piotr priya rachel rafael raj ralf ralph ramon raphael raul ray raymond rebecca renata
    rene rhys ricardo riccardo richard rita rob robert roberta roberto robin rodrigo roger roland rolf roman romy ron
    ronald rory rosa rosalind rose rosemary rosie ross roy ruby rudolf rupert russell ruth ryan sabine sally salma sam
    samantha samira samuel sandra sandro sara sarah sasha scarlett scott sean sebastian serena sergei sergio seth shane
    shannon sharon shaun sheila shirley sienna sigrid silvia simon simone sofia sonia sonja sophia sophie stacey stanley
    stefan stefanie stella stephan stephanie stephen steve steven stuart sue sunil susan susanna susanne suzanne sven
    svetlana sybil sylvia sylvie tamara tanya tara tatiana taylor ted teresa terry thea theo theodor theodore theresa
    thomas tiffany tilda tim timothy tina tobias toby todd tom tomas tomasz tommy toni tony tracey tracy travis trevor
    trinity tristan tyler ulrich ulrike ursula uwe valentina valerie vanessa vera veronica veronika vicki victor victoria
    viktor vincent viola virginia vivian vladimir walter wanda wayne wendy werner wilhelm will william winifred wolfgang
    xavier yannick yasmin yolanda yusuf yves yvonne zachary zara zoe zofia hiroshi takashi kenji yuki akira haruto yui
    sakura wei ming jing hui min jun minh linh arjun rahul anjali deepak sanjay pooja lakshmi amit";

const GIVEN_OTHER: &str = "
    иван александр алексей андрей анна анастасия антон артем борис вадим валентина валерий василий вера виктор виктория
    виталий владимир галина георгий григорий дарья денис дмитрий евгений евгения екатерина елена елизавета игорь илья
    инна ирина кирилл константин ксения лариса лев леонид любовь людмила максим маргарита марина мария михаил надежда
    наталья наталия никита николай нина оксана олег ольга павел петр полина роман светлана семен сергей софия станислав
    степан тамара татьяна тимофей федор юлия юрий яна ярослав γιωργος γεωργιος μαρια ελενη δημητρης νικος κωνσταντινος
    ιωαννης αννα محمد احمد علي فاطمة عمر خالد حسن مريم يوسف משה שרה דוד יוסף רחל
    राम अमित प्रिया सीता राहुल 太郎 花子 健太 翔太 大輔 健一 美咲 陽子 裕子 直樹 拓也 恵子 由美子 陽菜 結衣 葵 蓮 翔 誠 浩 愛 美穂 健 一郎 次郎 さくら
    大翔 悠真 湊 伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 秀兰 霞 平 刚 桂英 小明 민준 서연 지우 서준 하은 지훈 민지 영희 철수";

const SURNAME_LATIN: &str = "
    abbott adams adler ahmed alexander ali allen almeida alonso alvarez andersen anderson andersson andrews armstrong
    arnold atkinson bailey baker ball barker barnes barrett bauer baumann beck becker bell bennett berger bergmann bernard
    berry bertrand bianchi black blanc bonnet booth bradley brandt braun brooks brown bruno bruun burke burns burton busch
    butler byrne campbell carlsson carpenter carr carroll carter castillo castro chan chang chapman chavez chen christensen
    clark clarke cole coleman collins colombo conti cook cooper costa cox craig crawford cruz cunningham dahl davidson davies
    davis dawson dean delgado deluca diaz dietrich dixon doyle dubois duncan dunn dupont durand edwards elliott ellis
    engel eriksson esposito evans ferguson fernandes fernandez ferrari ferreira fischer fisher fitzgerald fletcher flores
    fontana ford foster fournier fox frank franke fraser freeman friedrich fuchs fuentes gallagher gallo garcia gardner garnier
    gibson girard gomes gomez goncalves gonzales gonzalez gordon graf graham grant gray green greene griffin griffiths
    gross gruber gupta gutierrez haas hahn hall hamilton hansen hansson hanson harris harrison hart hartmann harvey hayes
    henderson henry hernandez herrera herrmann hill hoffmann hofmann holmes horn horvath howard huber hudson hughes hunt
    hunter hussain ivanov jackson jacobs jain jansen janssen jenkins jensen jimenez johansson johnson johnston jones jordan
    jung kaiser karlsson kaya keller kelly kennedy khan kim king klein knight koch kohler kovac kovacs kowalska kowalski kraus
    krause kruger kuhn kumar lambert lang lange larsen larsson lawrence lawson lefebvre lehmann leroy lewandowski lewis
    lindberg lloyd long lopez ludwig maier marino marques marshall martin martinez martins marx mason matthews maurer
    mayer mccarthy mcdonald mendez mendoza mercier meyer michel miller mills mitchell mohamed moore morales moreau
    moreira moreno moretti morgan morris morrison muller murphy murray nagy navarro nelson neumann newman nguyen nielsen
    nilsson nguyen novak nowak nunez obrien oliveira olsen olsson ortega ortiz otto owen owens palmer parker patel payne
    pearson pedersen pereira perez perry persson peters petersen peterson petit petrov pfeiffer phillips pinto pohl popescu
    porter powell price quinn ramirez ramos rao rasmussen ray reed reid reyes reynolds ribeiro ricci rice richards
    richardson richter rivera rizzo roberts robertson robinson rodrigues rodriguez rogers romano romero rose ross rossi
    roth rousseau roux ruiz russell russo ryan sanchez sanders santos sauer saunders schafer schmid schmidt schmitt
    schmitz schneider scholz schreiber schroder schubert schulte schulz schumacher schuster schwarz scott serrano sharma
    shaw silva silva simmons simon simpson singh smirnov smith sousa souza spencer stein stevens stewart stone sullivan svensson
    szabo tanaka tan tang taylor thomas thompson thomson toth tran tucker turner vasquez vogel vogt voigt wagner walker
    wallace walsh walter walters wang ward warren washington watkins watson watts weaver webb weber weiss wells werner
    west white wilkinson williams williamson willis wilson winkler winter wolf wolff wong wood woods wright wu xu yang
    yilmaz young zhang zhao ziegler zimmermann suzuki sato takahashi watanabe ito yamamoto nakamura kobayashi";

const SURNAME_OTHER: &str = "
    иванов иванова смирнов смирнова кузнецов кузнецова попов попова васильев васильева петров петрова соколов соколова
    михайлов новиков федоров морозов волков алексеев лебедев семенов егоров павлов козлов степанов николаев орлов андреев
    макаров никитин захаров шевченко коваленко бондаренко παπαδοπουλος παπαδακης חורי כהן לוי 佐藤 鈴木 高橋 田中 渡辺 伊藤
    山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 森 池田 橋本 阿部 石川 前田 藤田 小川 後藤 岡田 長谷川 村上 近藤 石井
    王 李 张 張 刘 劉 陈 陳 杨 楊 黄 赵 趙 周 吴 吳 徐 孙 孫 马 馬 朱 胡 郭 何 高 罗 羅 郑 鄭 梁 谢 謝 宋 唐 许 許 韩 韓 冯 邓 曹 彭 曾 肖 田
    董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 谭 陆 汪 范 金 石 김 이 박 최 정 강 조 윤 장 임";

const CITIES: &str = "
    london birmingham manchester liverpool leeds sheffield bristol newcastle nottingham leicester coventry edinburgh glasgow
    aberdeen dundee cardiff swansea belfast dublin cork york oxford cambridge brighton southampton portsmouth plymouth
    bath exeter norwich derby stoke-on-trent wolverhampton hull bradford sunderland reading luton bolton preston blackpool
    bournemouth middlesbrough peterborough ipswich northampton westminster croydon dudley
    gloucester worcester chester canterbury lincoln durham lancaster winchester cheltenham poole slough
    swindon huddersfield oldham rochdale stockport watford southend-on-sea southend milton_keynes telford newport warrington
    new_york los_angeles chicago houston phoenix philadelphia san_antonio san_diego dallas san_jose austin seattle denver
    boston washington nashville detroit portland las_vegas memphis baltimore milwaukee albuquerque tucson fresno atlanta
    miami oakland minneapolis cleveland tampa pittsburgh cincinnati st_louis orlando brooklyn buffalo sacramento toronto
    montreal vancouver calgary ottawa edmonton winnipeg quebec hamilton halifax sydney melbourne brisbane perth adelaide
    hobart darwin canberra geelong ballarat bendigo cairns townsville wollongong toowoomba auckland wellington christchurch
    berlin hamburg munchen munich koln cologne frankfurt frankfurt_am_main stuttgart dusseldorf leipzig dortmund essen bremen
    dresden hannover nurnberg duisburg bochum wuppertal bielefeld bonn munster mannheim karlsruhe augsburg wiesbaden
    kiel freiburg mainz rostock kassel erfurt potsdam wien vienna graz linz salzburg innsbruck zurich geneve genf basel
    bern lausanne luzern paris marseille lyon toulouse nice nantes montpellier strasbourg bordeaux lille rennes reims
    toulon grenoble dijon angers nimes madrid barcelona valencia sevilla zaragoza malaga murcia palma bilbao alicante
    cordoba valladolid vigo gijon granada lisboa lisbon porto braga coimbra roma rome milano milan napoli torino palermo
    genova bologna firenze bari catania venezia verona padova trieste amsterdam rotterdam den_haag utrecht eindhoven
    groningen antwerpen gent brussel bruxelles brussels liege stockholm goteborg malmo uppsala oslo bergen trondheim
    kobenhavn copenhagen aarhus odense helsinki espoo tampere turku warszawa krakow lodz wroclaw poznan gdansk praha
    prague brno bratislava budapest bucuresti sofia beograd zagreb ljubljana athens istanbul ankara izmir moscow kyiv
    mexico_city guadalajara monterrey puebla tijuana bogota medellin cali lima santiago buenos_aires rosario sao_paulo
    rio_de_janeiro salvador brasilia fortaleza belo_horizonte curitiba manaus recife porto_alegre caracas quito cairo lagos
    nairobi johannesburg cape_town durban pretoria casablanca dubai tehran mumbai delhi new_delhi bangalore chennai
    kolkata hyderabad pune karachi lahore dhaka beijing shanghai guangzhou shenzhen tokyo osaka seoul busan bangkok
    singapore jakarta manila hanoi hong_kong taipei москва санкт-петербург новосибирск екатеринбург казань самара омск
    челябинск уфа красноярск пермь воронеж волгоград ростов-на-дону киев минск 東京 大阪 京都 名古屋 横浜 札幌 福岡 神戸 仙台 広島
    東京都 大阪市 横浜市 北京 上海 广州 深圳 成都 杭州 武汉 重庆 南京 天津 西安 北京市 上海市 서울 부산 인천 대구 αθηνα θεσσαλονικη القاهرة دبي الرياض";

const PLACES: &str = "
    north south east west upper lower great little old new port mount mt saint st santa san sao los las el la le les bad sankt
    hill hills beach bay park heights point creek river lake lakes springs valley vale glen ridge grove gardens city town
    village island islands falls bridge harbour harbor haven head cove forest woods plains junction waters flat flats fort
    castle ferry mills green common cross upon on-the am an_der bei ob im unter ober nieder sur sous villa ville nova
    monte rio puerto puente under county district parish central";

const COUNTRIES: &str = "
    afghanistan albania algeria argentina australia austria bangladesh belgium bolivia brazil bulgaria canada chile china
    colombia croatia cuba cyprus czechia czech_republic denmark ecuador egypt england estonia ethiopia finland france
    germany ghana greece hungary iceland india indonesia iran iraq ireland israel italy japan kenya korea south_korea latvia
    lebanon lithuania luxembourg malaysia malta mexico morocco netherlands the_netherlands new_zealand nigeria norway
    pakistan peru philippines poland portugal qatar romania russia saudi_arabia scotland serbia singapore slovakia
    slovenia south_africa spain sri_lanka sweden switzerland syria taiwan thailand tunisia turkey ukraine
    united_arab_emirates united_kingdom united_states united_states_of_america great_britain uruguay usa uk venezuela
    vietnam wales deutschland osterreich schweiz frankreich italien spanien polen niederlande allemagne espagne
    italie angleterre etats-unis royaume-uni suisse belgique espana francia alemania italia reino_unido estados_unidos
    brasil россия украина беларусь казахстан германия 日本 中国 韓国 アメリカ 美国 한국 미국
    at be br ca ch cl cn cz de dk es fi fr gb gr hu ie il in it jp kr mx nl no nz pl pt ro ru se sg tr ua us za au
    aus aut bel bra che chn deu dnk esp fin fra gbr ind irl ita jpn nld nor nzl pol prt rus swe";

const REGIONS: &str = "
    alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana
    iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska
    nevada new_hampshire new_jersey new_mexico new_york north_carolina north_dakota ohio oklahoma oregon pennsylvania
    rhode_island south_carolina south_dakota tennessee texas utah vermont virginia washington west_virginia wisconsin
    wyoming al ak az ar ca co ct dc de fl ga hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne nh nj nm nv ny oh ok
    or pa ri sc sd tn tx ut va vt wa wi wv wy nsw vic qld sa tas act nt new_south_wales victoria queensland south_australia
    western_australia tasmania northern_territory ontario quebec british_columbia alberta manitoba saskatchewan nova_scotia
    on qc bc ab mb sk ns nb nl pe bayern baden-wurttemberg berlin brandenburg bremen hamburg hessen
    mecklenburg-vorpommern niedersachsen nordrhein-westfalen rheinland-pfalz saarland sachsen sachsen-anhalt
    schleswig-holstein thuringen nrw bw by he ni sn tirol karnten steiermark vorarlberg andalucia aragon asturias
    cantabria cataluna catalunya extremadura galicia navarra madrid murcia lombardia toscana sicilia veneto lazio campania
    piemonte puglia liguria sardegna calabria umbria bretagne normandie occitanie ile-de-france nouvelle-aquitaine
    hauts-de-france grand-est kent essex surrey sussex devon cornwall norfolk suffolk dorset somerset hampshire
    lancashire yorkshire cheshire cumbria northumberland wiltshire oxfordshire sp rj mg rs pr sc jalisco nuevo_leon
    московская_область 東京都 大阪府 北海道 京都府 神奈川県 愛知県 福岡県 广东省 浙江省 江苏省 山东省 四川省";

const GENDERS: &str = "
    m f male female man woman men women boy girl w d x other unknown non-binary nonbinary divers mannlich weiblich mann frau
    homme femme masculin feminin h masculino femenino feminino hombre mujer homem mulher maschio femmina maschile femminile
    uomo donna man vrouw kvinna kvinne kvinde mies nainen mezczyzna kobieta muz zena ferfi no erkek kadin м ж муж жен
    мужской женский мужчина женщина чоловіча жіноча αρρεν θηλυ ανδρας γυναικα ذكر انثى זכר נקבה पुरुष महिला 男 女 男性 女性
    남 여 남자 여자 남성 여성";

const OCCUPATIONS: &str = "
    accountant actor actress administrator analyst architect artist astronomer athlete author baker banker barrister biologist
    botanist builder butcher butler carpenter cashier chef chemist civil_servant clergyman cleric clerk composer consultant
    cook cricketer dentist designer developer diplomat director doctor driver economist editor electrician engineer
    engraver entomologist explorer farmer footballer gardener geologist geographer historian housewife illustrator
    inventor joiner journalist judge labourer laborer lawyer lecturer librarian linguist manager mathematician mechanic
    merchant military_officer miner minister missionary musician naturalist novelist nurse officer painter pharmacist
    philosopher photographer physician physicist pianist pilot plumber poet police_officer politician postman priest
    printer professor programmer psychologist publisher receptionist researcher sailor salesman scientist sculptor
    secretary servant shopkeeper singer soldier solicitor student surgeon surveyor tailor teacher technician theologian
    trader translator typist waiter waitress weaver writer zoologist retired unemployed self-employed arzt lehrer
    ingenieur kaufmann landwirt schuler rentner angestellter medecin professeur ingenieur avocat etudiant retraite
    medico profesor ingeniero abogado estudiante jubilado врач учитель инженер студент пенсионер 医師 教師 会社員 学生 主婦 医生 教师 学生";

const STATUSES: &str = "
    active inactive pending open closed new cancelled canceled single married divorced widowed yes no true false y n high
    medium low gold silver bronze basic premium standard free paid mr mrs ms miss dr sir herr frau m. mme mlle sr sra srta
    ledig verheiratet geschieden verwitwet celibataire marie soltero casado";

const LEGAL_FORMS: &str = "
    ltd limited plc llp llc inc incorporated corp corporation co company gmbh mbh ag kg ohg ug gbr ev e.v. se kgaa sarl sas
    sa s.a. s.a.s sasu eurl snc sci srl s.r.l. spa s.p.a. sl s.l. slu sau bv b.v. nv n.v. vof ab aps a/s as asa oy oyj sp.
    z.o.o. zoo s.r.o. sro a.s. kft zrt bt d.o.o. doo ood eood pty pvt sdn bhd ltda ltda. lda eireli s.a.b. c.v. ооо оао зао
    пао ип ltd. inc. co. corp. llc. group holding holdings gruppe groupe grupo associates partners solutions industries
    enterprises technologies systems services foundation stiftung university hospital bank insurance versicherung 株式会社
    有限会社 有限公司 주식회사";

const PREMISES: &str = "
    flat unit apartment apt suite ste floor fl building bldg block lot room rm house lodge cottage farm villa villas court
    centre center retirement village estate home homes homestead hostel hotel motel station ranch
    hospital medical shopping caravan nursing manor mansion chateau residence terraces towers tower units c/o care po box
    p.o. postfach wohnung etage appartement batiment bat residence piso escalera apartado interno scala";

const STREETS_LAST: &str = "
    street st str road rd avenue ave av drive dr lane ln court ct crescent cres place pl close circuit cct terrace tce way
    boulevard blvd highway hwy parade pde square sq grove gr row walk mews esplanade loop circle cir trail parkway pkwy
    rise quay alley arcade gardens green ulica utca ut tie katu gata gatan vej vei caddesi sokak sokagi";

const STREETS_FIRST: &str = "
    rue avenue av boulevard bd place chemin allee impasse quai route cours calle avenida avda c/ paseo plaza camino carrera
    carretera via viale piazza corso vicolo strada largo rua travessa praca estrada alameda ul ul. ulica ulice os aleja al
    улица ул ул. проспект пр пр. пр-т переулок пер бульвар шоссе вулиця вул οδος شارع רחוב am an im strasse strada";

const MONTHS: &str = "
    januar jan februar feb marz mar mrz april apr mai may juni jun juli jul august aug september sep sept oktober okt oct
    november nov dezember dez dec janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre enero
    febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio
    giugno luglio settembre ottobre dicembre janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro
    january february march june july october december января февраля марта апреля мая июня июля августа сентября октября
    ноября декабря";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_are_known_by_their_kind() {
        let street = |text: &str| street(&text.split(' ').collect::<Vec<_>>());
        for text in ["high street", "12 high st", "rue de rivoli", "hauptstrasse 5", "lindenweg 3", "улица ленина"]
        {
            assert!(street(text), "{text}");
        }
        for text in ["st albans", "london", "street", "weg", "ada lovelace"] {
            assert!(!street(text), "{text}");
        }
    }

    #[test]
    fn words_are_folded() {
        assert!(CITY.has("new york") && CITY.has("munchen") && GIVEN.has(&fold("Сергей")));
        assert!(han_name("王小明") && han_name("佐藤花子") && !han_name("東") && !han_name("ada"));
    }
}
