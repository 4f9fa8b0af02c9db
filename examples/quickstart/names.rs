//! The words of which shops are made: names, places, firms, goods.

/// First names.
pub const GIVEN: &str = "Ada Bruno Clara David Elif Farid Greta Hugo Irina Jonas Katarzyna Luca Mina Noah Oksana Paul \
    Quentin Rosa Sven Tereza Umut Vera Willem Xenia Yusuf Zoë Anneke Björn Chiara Dmitri Élodie Fatma Giorgos Helene \
    Ivo Jana Kenji Léa Miguel Nadia";

/// Family names.
pub const FAMILY: &str = "Albrecht Becker Conti Dupont Eriksson Fischer Garcia Hoffmann Ivanov Jansen Kowalski Lehmann \
    Moreau Novák Öztürk Peeters Quispe Richter Schneider Tanaka Ulrich Vogel Weber Xu Yilmaz Zimmermann Andersen \
    Bianchi Castro Dietrich Engel Fontaine Große Huber Ilić Jovanović Keller Lindqvist Meyer Nagy Olsen Petrov Roth \
    Santos Thomsen Varga Winter Zieliński";

/// What friends call somebody.
pub const NICK: &str = "Bee Ace Mo Kit Sunny Max Lou Fips";

/// Where mail goes to.
pub const HOSTS: &str = "mail.example post.example inbox.example web.example letters.example";

/// What is sold.
pub const CATEGORIES: &str = "shoes coats books tea lamps bags";

/// Firms, in two words.
pub const FIRMS: [&str; 2] =
    ["Alpine Baltic Central Delta Eastern Fjord Grand Harbour", "Foods Glass Lamps Mills Paper Rail Tools Wool"];

/// Mailboxes that nobody owns.
pub const DESKS: &str = "info office contact team";

/// Country, city, the first postcode, the prefix of a mobile telephone.
pub const PLACES: [(&str, &str, i64, &str); 12] = [
    ("DE", "Hamburg", 20_095, "+491512"),
    ("DE", "Leipzig", 4_103, "+491512"),
    ("DE", "Köln", 50_667, "+491512"),
    ("DE", "München", 80_331, "+491512"),
    ("AT", "Wien", 1_010, "+43660"),
    ("AT", "Graz", 8_010, "+43660"),
    ("FR", "Lyon", 69_001, "+3361"),
    ("FR", "Lille", 59_000, "+3361"),
    ("NL", "Utrecht", 3_511, "+3161"),
    ("PL", "Kraków", 31_002, "+4850"),
    ("IT", "Torino", 10_121, "+39320"),
    ("ES", "Bilbao", 48_001, "+3461"),
];

/// A postcode as the country writes it.
pub fn postcode(country: &str, first: i64, step: i64) -> String {
    match country {
        "AT" => format!("{:04}", first + 10 * (step % 8)),
        "NL" => format!("{:04} {}", first + step, ["AB", "GC", "KT", "XE"][(step % 4) as usize]),
        "PL" => format!("{:02}-{:03}", first / 1_000, first % 1_000 + step),
        "FR" => format!("{:05}", first + step % 9),
        _ => format!("{:05}", first + step),
    }
}
