//! Tables made here: persons of several countries with typing errors and gaps, firms, and odd ones.

use super::*;

/// A small generator: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % below as u64) as usize
    }

    /// The first words more often than the last.
    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let first = self.roll(words.len());
        words[first.min(self.roll(words.len()))]
    }

    /// One letter lost or doubled.
    fn mistype(&mut self, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        if chars.len() > 2 {
            let at = self.roll(chars.len());
            if self.roll(2) == 0 {
                chars.remove(at);
            } else {
                chars.insert(at, chars[at]);
            }
        }
        chars.into_iter().collect()
    }
}

struct Country {
    given: &'static [&'static str],
    surname: &'static [&'static str],
    city: &'static [&'static str],
    street: fn(&mut Dice) -> String,
    postcode: fn(&mut Dice, usize) -> String,
    phone: fn(&mut Dice) -> String,
    birth: fn(i32, u32, u32) -> String,
}

const STEMS: &[&str] = &[
    "oak", "mill", "church", "linden", "station", "king", "queen", "garden", "rose", "north", "bridge", "castle",
    "meadow", "spring", "mozart", "goethe", "river", "stone", "apple", "maple",
];

const GERMANY: Country = Country {
    given: &[
        "Anna", "Peter", "Sabine", "Jürgen", "Klaus", "Heike", "Lukas", "Lena", "Jonas", "Uwe", "Kerstin", "Torben",
        "Wiebke", "Fritz", "Greta", "Hannes",
    ],
    surname: &[
        "Müller",
        "Schmidt",
        "Schneider",
        "Fischer",
        "Weber",
        "Meyer",
        "Wagner",
        "Becker",
        "Hoffmann",
        "Krüger",
        "Brinkmann",
        "Eickhoff",
        "Tietjen",
        "Petersen",
        "Quast",
        "Rademacher",
        "Ohlsen",
        "Vogt",
        "Zeisig",
        "Hülsmeier",
        "Kranz",
        "Lührs",
    ],
    city: &["Hamburg", "Berlin", "Köln", "Bad Oldesloe", "Pinneberg", "Lüneburg", "Kiel", "Soltau", "Celle"],
    street: |d| format!("{}straße {}", STEMS[d.roll(STEMS.len())], 1 + d.roll(120)),
    postcode: |d, city| format!("{}{:03}", 20 + city * 3, d.roll(60)),
    phone: |d| format!("+49 {} {}", 30 + d.roll(60), 1_000_000 + d.roll(8_000_000)),
    birth: |y, m, d| format!("{d:02}.{m:02}.{y}"),
};

const SPAIN: Country = Country {
    given: &[
        "María", "José", "Carmen", "Antonio", "Lucía", "Javier", "Pablo", "Elena", "Iker", "Nerea", "Diego", "Rosario",
    ],
    surname: &[
        "García",
        "Fernández",
        "González",
        "López",
        "Martínez",
        "Pérez",
        "Ruiz",
        "Serrano",
        "Iturbe",
        "Ochoa",
        "Zabala",
        "Carmona",
        "Benítez",
        "Quesada",
        "Lozano",
        "Pizarro",
        "Arrieta",
        "Vidal",
        "Sotelo",
    ],
    city: &["Madrid", "Barcelona", "Sevilla", "San Fernando", "Getafe", "Bilbao", "Lorca", "El Ejido"],
    street: |d| format!("Calle {} {}", STEMS[d.roll(STEMS.len())], 1 + d.roll(99)),
    postcode: |d, city| format!("{:02}{:03}", 1 + city * 5, d.roll(50)),
    phone: |d| format!("+34 6{:02} {:03} {:03}", d.roll(100), d.roll(1000), d.roll(1000)),
    birth: |y, m, d| format!("{d:02}/{m:02}/{y}"),
};

const RUSSIA: Country = Country {
    given: &["Иван", "Анна", "Сергей", "Ольга", "Дмитрий", "Мария", "Алексей", "Елена", "Павел", "Зульфия", "Тимур"],
    surname: &[
        "Иванов",
        "Петров",
        "Смирнова",
        "Кузнецов",
        "Соколова",
        "Ахметов",
        "Гринберг",
        "Шевченко",
        "Белова",
        "Дудко",
        "Жарков",
        "Крылова",
        "Лыткин",
        "Мельник",
        "Цой",
        "Юдина",
    ],
    city: &["Москва", "Санкт-Петербург", "Казань", "Нижний Тагил", "Омск", "Тверь", "Великий Устюг"],
    street: |d| format!("улица {}, {}", ["Ленина", "Мира", "Садовая", "Пушкина"][d.roll(4)], 1 + d.roll(90)),
    postcode: |d, city| format!("{}{:03}", 101 + city * 30, d.roll(40)),
    phone: |d| format!("+7 9{:02} {:07}", d.roll(100), d.roll(10_000_000)),
    birth: |y, m, d| format!("{d:02}.{m:02}.{y}"),
};

const JAPAN: Country = Country {
    given: &["太郎", "花子", "健太", "翔太", "美咲", "陽子", "直樹", "結衣", "葵", "誠", "浩", "千代"],
    surname: &[
        "佐藤",
        "鈴木",
        "高橋",
        "田中",
        "渡辺",
        "伊藤",
        "山本",
        "中村",
        "小林",
        "加藤",
        "四条",
        "八重樫",
        "鬼頭",
        "蛭子",
    ],
    city: &["東京", "大阪", "京都", "名古屋", "横浜", "札幌", "福岡"],
    street: |d| format!("本町{}丁目{}番地{}", 1 + d.roll(9), 1 + d.roll(30), 1 + d.roll(30)),
    postcode: |d, city| format!("{}-{:04}", 100 + city * 90, d.roll(60)),
    phone: |d| format!("03-{:04}-{:04}", d.roll(10_000), d.roll(10_000)),
    birth: |y, m, d| format!("{y}年{m}月{d}日"),
};

const AMERICA: Country = Country {
    given: &[
        "James", "Mary", "Robert", "Linda", "Michael", "Susan", "David", "Karen", "Tyrone", "Latoya", "Brayden",
        "Shawna",
    ],
    surname: &[
        "Smith",
        "Johnson",
        "Williams",
        "Brown",
        "Jones",
        "Garcia",
        "Miller",
        "Kowalczyk",
        "Ostrowe",
        "Tran",
        "Vandermeer",
        "Whitaker",
        "Yoder",
        "Zamora",
        "Lindqvist",
        "Hubbard",
        "Ingram",
        "Beasley",
        "Crane",
    ],
    city: &["Chicago", "Houston", "Phoenix", "Cedar Falls", "Grand Rapids", "Boise", "Twin Lakes", "Salem", "Dover"],
    street: |d| {
        format!("{} {} {}", 1 + d.roll(2000), STEMS[d.roll(STEMS.len())], ["St", "Ave", "Rd", "Lane"][d.roll(4)])
    },
    postcode: |d, city| format!("{}{:03}", 10 + city * 9, d.roll(60)),
    phone: |d| format!("({}) {}-{:04}", 201 + d.roll(700), 200 + d.roll(700), d.roll(10_000)),
    birth: |y, m, d| format!("{m:02}/{d:02}/{y}"),
};

/// Given name, surname, full name, birth date, e-mail, phone, street, postcode, city, gender, social security number.
const ROLES: [Role; 11] = [
    Role::GivenName,
    Role::Surname,
    Role::FullName,
    Role::BirthDate,
    Role::Email,
    Role::Phone,
    Role::Street,
    Role::Postcode,
    Role::City,
    Role::Gender,
    Role::Identifier,
];

/// A thousand rows: two in five repeat a person with errors of typing, one value in five is missing.
fn persons(country: &Country) -> Vec<Vec<String>> {
    let mut dice = Dice(7);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for at in 0..1000 {
        let mut row = if at > 10 && dice.roll(5) < 2 {
            rows[dice.roll(rows.len())].clone()
        } else {
            let (given, surname) = (dice.pick(country.given), dice.pick(country.surname));
            let city = dice.roll(country.city.len());
            let (year, month, day) = (1930 + dice.roll(75) as i32, 1 + dice.roll(12) as u32, 1 + dice.roll(28) as u32);
            let plain = onefold_model::normalise::fold(&format!("{given}.{surname}"));
            let local = if plain.is_ascii() { plain } else { format!("user{}", dice.roll(5000)) };
            vec![
                given.to_owned(),
                surname.to_owned(),
                format!("{given} {surname}"),
                (country.birth)(year, month, day),
                format!("{local}{}@example.com", dice.roll(50)),
                (country.phone)(&mut dice),
                (country.street)(&mut dice),
                (country.postcode)(&mut dice, city),
                country.city[city].to_owned(),
                ["f", "m"][dice.roll(2)].to_owned(),
                format!("{:09}", 100_000_000 + dice.roll(800_000_000)),
            ]
        };
        for column in [0, 1, 6, 8] {
            if dice.roll(12) == 0 {
                row[column] = dice.mistype(&row[column]);
            }
        }
        rows.push(row);
    }
    for row in &mut rows {
        for value in row.iter_mut() {
            if dice.roll(5) == 0 {
                value.clear();
            }
        }
    }
    rows
}

fn found(names: &[&str], rows: &[Vec<String>]) -> Vec<Finding> {
    infer(&Sample::whole(names, rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect()))
}

/// The roles, those of copies too.
fn looks(findings: &[Finding]) -> Vec<Option<Role>> {
    findings.iter().map(|finding| finding.looks).collect()
}

fn columns(rows: &[Vec<String>], picked: &[usize]) -> Vec<Vec<String>> {
    rows.iter().map(|row| picked.iter().map(|column| row[*column].clone()).collect()).collect()
}

const BARE: [&str; 11] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11"];

#[test]
fn persons_are_known_without_headers() {
    for country in [GERMANY, SPAIN, RUSSIA, JAPAN, AMERICA] {
        let rows = persons(&country);
        let findings = found(&BARE, &rows);
        let expected: Vec<Option<Role>> = ROLES.into_iter().map(Some).collect();
        assert_eq!(looks(&findings), expected, "{:?}\n{findings:#?}", country.city);
        assert_eq!(findings[2].verdict, Verdict::Copies { of: vec![0, 1], role: Role::FullName, extra: false });
    }
}

#[test]
fn headers_of_any_language_change_no_role() {
    let german = [
        "Vorname",
        "Nachname",
        "Name",
        "Geburtsdatum",
        "E-Mail",
        "Telefon",
        "Straße",
        "PLZ",
        "Ort",
        "Geschlecht",
        "SVNR",
    ];
    let spanish = [
        "nombre",
        "apellidos",
        "nombre_completo",
        "fecha_nacimiento",
        "correo",
        "teléfono",
        "dirección",
        "código postal",
        "ciudad",
        "sexo",
        "dni",
    ];
    let russian =
        ["имя", "фамилия", "фио", "дата рождения", "почта", "телефон", "адрес", "индекс", "город", "пол", "снилс"];
    let japanese =
        ["名", "姓", "氏名", "生年月日", "メール", "電話番号", "住所", "郵便番号", "市区町村", "性別", "マイナンバー"];
    let english =
        ["first_name", "last_name", "full_name", "dob", "email", "phone", "address", "zip", "city", "sex", "ssn"];
    for (country, names) in
        [(GERMANY, german), (SPAIN, spanish), (RUSSIA, russian), (JAPAN, japanese), (AMERICA, english)]
    {
        let rows = persons(&country);
        let verdicts =
            |names: &[&str]| -> Vec<Verdict> { found(names, &rows).into_iter().map(|f| f.verdict).collect() };
        assert_eq!(verdicts(&names), verdicts(&BARE));
    }
}

#[test]
fn names_are_told_apart_without_an_email() {
    for country in [GERMANY, SPAIN, RUSSIA, JAPAN, AMERICA] {
        let picked = [8, 1, 3, 0, 7];
        let findings = found(&BARE[..5], &columns(&persons(&country), &picked));
        let expected: Vec<Option<Role>> = picked.iter().map(|column| Some(ROLES[*column])).collect();
        assert_eq!(looks(&findings), expected, "{findings:#?}");
    }
}

#[test]
fn the_order_of_rows_and_columns_changes_nothing() {
    for country in [GERMANY, JAPAN, AMERICA] {
        let rows = persons(&country);
        let straight = found(&BARE, &rows);
        let mut dice = Dice(3);
        for _ in 0..4 {
            let mut picked: Vec<usize> = (0..BARE.len()).collect();
            let mut shuffled = rows.clone();
            for at in (1..picked.len()).rev() {
                picked.swap(at, dice.roll(at + 1));
            }
            for at in (1..shuffled.len()).rev() {
                shuffled.swap(at, dice.roll(at + 1));
            }
            let names: Vec<&str> = picked.iter().map(|column| BARE[*column]).collect();
            let turned = found(&names, &columns(&shuffled, &picked));
            for (finding, column) in turned.iter().zip(&picked) {
                let before = &straight[*column];
                assert_eq!((finding.looks, finding.confidence), (before.looks, before.confidence));
                assert_eq!(finding.date_order, before.date_order);
                match (&finding.verdict, &before.verdict) {
                    (Verdict::Copies { of, .. }, Verdict::Copies { of: then, .. }) => {
                        let mut of: Vec<usize> = of.iter().map(|index| picked[*index]).collect();
                        of.sort_unstable();
                        assert_eq!(&of, then);
                    }
                    (now, then) => assert_eq!(now, then),
                }
            }
        }
    }
}

#[test]
fn dates_tell_their_order() {
    for (country, order) in
        [(GERMANY, Order::DayFirst), (SPAIN, Order::DayFirst), (AMERICA, Order::MonthFirst), (JAPAN, Order::YearFirst)]
    {
        assert_eq!(found(&BARE, &persons(&country))[3].date_order, Some(order));
    }
}

#[test]
fn the_older_date_is_the_birth_date() {
    let mut rows = columns(&persons(&GERMANY), &[0, 3]);
    let mut dice = Dice(5);
    for row in &mut rows {
        row.push(format!("20{:02}-{:02}-11 10:{:02}:00", 10 + dice.roll(14), 1 + dice.roll(12), dice.roll(60)));
    }
    let expected = [Some(Role::GivenName), Some(Role::BirthDate), Some(Role::Date)];
    assert_eq!(looks(&found(&BARE[..3], &rows)), expected);
    assert_eq!(looks(&found(&["vorname", "geb", "created_at"], &rows)), expected);
}

#[test]
fn firms_are_known_without_headers() {
    let mut dice = Dice(11);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for at in 0..600 {
        if at > 10 && dice.roll(3) == 0 {
            let again = rows[dice.roll(rows.len())].clone();
            rows.push(again);
            continue;
        }
        let stem = format!("{}{}", STEMS[dice.roll(STEMS.len())], STEMS[dice.roll(STEMS.len())]);
        let form = ["GmbH", "Ltd", "Inc", "S.A.", "AG"][dice.roll(5)];
        rows.push(vec![
            format!("{stem} {form}"),
            format!("https://www.{stem}{}.com", dice.roll(9)),
            (GERMANY.street)(&mut dice),
            GERMANY.city[dice.roll(GERMANY.city.len())].to_owned(),
            ["Germany", "France", "Austria"][dice.roll(3)].to_owned(),
            format!("DE{:09}", 100_000_000 + dice.roll(800_000_000)),
        ]);
    }
    let expected =
        [Role::Organisation, Role::Identifier, Role::Street, Role::City, Role::Country, Role::Identifier].map(Some);
    assert_eq!(looks(&found(&BARE[..6], &rows)), expected);
    assert_eq!(looks(&found(&["name", "website", "address", "town", "land", "vat id"], &rows)), expected);
}

#[test]
fn house_numbers_stand_beside_streets() {
    let mut dice = Dice(2);
    let rows: Vec<Vec<String>> = (0..400)
        .map(|_| {
            let street = format!("{} street", STEMS[dice.roll(STEMS.len())]);
            let below = [9, 99, 300][dice.roll(3)];
            let number = dice.roll(below) + 1;
            vec![
                number.to_string(),
                street,
                ["nsw", "vic", "qld", "wa"][dice.roll(4)].to_owned(),
                (18 + dice.roll(70)).to_string(),
            ]
        })
        .collect();
    let expected = [Role::HouseNumber, Role::Street, Role::Region, Role::Number].map(Some);
    assert_eq!(looks(&found(&BARE[..4], &rows)), expected);
}

#[test]
fn a_header_adds_nothing_that_values_forbid() {
    let rows = persons(&GERMANY);
    let findings = found(&["email", "phone"], &columns(&rows, &[0, 1]));
    assert_eq!(looks(&findings), [Some(Role::GivenName), Some(Role::Surname)]);
}

#[test]
fn a_column_of_different_values_is_never_used() {
    let rows: Vec<Vec<String>> =
        (0..50).map(|i| vec![format!("ada{i}@example.com"), "x".into(), String::new()]).collect();
    let verdicts: Vec<Verdict> = found(&["email", "flag", "none"], &rows).into_iter().map(|f| f.verdict).collect();
    let ignored = [Ignored::Unique, Ignored::OneValue, Ignored::Empty].map(Verdict::Ignored);
    assert_eq!(verdicts, ignored);
    let twice: Vec<Vec<String>> = rows.iter().cycle().take(60).cloned().collect();
    assert_eq!(found(&["email", "flag", "none"], &twice)[0].role(), Some(Role::Email));
}

#[test]
fn odd_tables_are_answered() {
    assert_eq!(infer(&Sample::default()), []);
    let none = found(&["first_name", "c2"], &[]);
    assert!(none.iter().all(|finding| finding.verdict == Verdict::Ignored(Ignored::Empty) && finding.looks.is_none()));
    let one = found(&["first_name", "mail"], &[vec!["Ada".into(), "ada@example.com".into()]]);
    assert_eq!(looks(&one), [Some(Role::GivenName), Some(Role::Email)]);
    // A short row, and names that are nothing.
    let short = found(&["", " ", "c"], &[vec!["Ada".into()], vec!["n/a".into(), "-".into()], vec!["Ada".into()]]);
    assert_eq!(short.len(), 3);
}

#[test]
fn copies_point_at_what_they_repeat() {
    let mut rows = columns(&persons(&SPAIN), &[0, 1, 8]);
    let mut dice = Dice(9);
    for row in &mut rows {
        let middle = dice.pick(AMERICA.given);
        let full = format!("{} {middle} {}", row[0], row[1]);
        row.push(if row[0].is_empty() || row[1].is_empty() { String::new() } else { full });
        row.push(row[2].clone());
    }
    let findings = found(&["first", "surname", "city", "full", "town copy"], &rows);
    assert_eq!(findings[3].verdict, Verdict::Copies { of: vec![0, 1], role: Role::FullName, extra: true });
    let copies = |finding: &Finding| matches!(finding.verdict, Verdict::Copies { role: Role::City, .. });
    assert_eq!((copies(&findings[2]), copies(&findings[4])), (false, true));
}

#[test]
fn roles_have_one_name_everywhere() {
    for role in Role::ALL {
        assert_eq!(role.to_string().parse(), Ok(role));
    }
}
