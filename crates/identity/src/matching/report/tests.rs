//! The page as a whole: that it stands alone, that nothing in it becomes markup, that it can be looked at.

use proptest::prelude::*;

use super::*;

fn step(label: &str, detail: &str, bits: f64) -> Step {
    Step { label: label.into(), detail: detail.into(), bits }
}

fn bar(label: &str, m: f64, u: f64) -> LevelBar {
    LevelBar { label: label.into(), m, u, weight_bits: (m / u).log2(), trained: true }
}

/// A shop's report, with all parts.
fn shop() -> Report {
    let fields = |values: [&str; 4]| -> Vec<(String, String)> {
        ["name", "birth date", "e-mail", "city"].into_iter().zip(values).map(|(a, b)| (a.into(), b.into())).collect()
    };
    let point = |nth: i32| {
        let x = f64::from(nth) / 40.0;
        let (precision, recall) = (1.0 - 0.7 * (1.0 - x).powi(3), 1.0 - 0.8 * x.powi(4));
        Point {
            threshold: -10.0 + 30.0 * x,
            links: (9000.0 * (1.0 - x)) as u64 + 10,
            clusters: 400 + (600.0 * x) as u64,
            largest: 90 - 2 * nth as u64,
            precision: Some(precision),
            recall: Some(recall),
            f1: Some(2.0 * precision * recall / (precision + recall)),
        }
    };
    let groups = |half: usize| -> Vec<Line> {
        let within = (0..half).flat_map(|a| (a + 1..half).map(move |b| (a, b)));
        let line = |a, b| Line { a, b, probability: 0.8 + 0.19 * ((a * 7 + b) % 9) as f64 / 9.0, bridge: false };
        within
            .flat_map(|(a, b)| [line(a, b), line(a + half, b + half)])
            .chain([Line { a: half - 1, b: half, probability: 0.81, bridge: true }])
            .collect()
    };
    Report {
        title: "The shop's customers".into(),
        summary: [("records", "12 480"), ("clusters", "9 312"), ("threshold", "4.0 bits"), ("best F1", "0.973")]
            .map(|(a, b)| (a.into(), b.into()))
            .to_vec(),
        levels: vec![
            ComparisonChart {
                comparison: "name".into(),
                levels: vec![
                    bar("exact", 0.62, 0.0004),
                    bar("Jaro-Winkler ≥ 0.92", 0.2, 0.0021),
                    bar("nickname or initial of the same given name", 0.1, 0.009),
                    bar("anything else", 0.08, 0.9885),
                ],
            },
            ComparisonChart {
                comparison: "birth date".into(),
                levels: vec![
                    bar("exact", 0.91, 0.000_04),
                    LevelBar { trained: false, ..bar("day and month swapped", 0.02, 0.0003) },
                    bar("anything else", 0.07, 0.9996),
                ],
            },
        ],
        waterfalls: vec![Waterfall {
            title: "till:4711 and newsletter:92".into(),
            left: fields(["Ada Lovelace", "1815-12-10", "ada@example.org", "London"]),
            right: fields(["Ada King", "1815-12-10", "ada@example.org", "Ockham"]),
            steps: vec![
                step("prior", "one pair in 16 000", -13.97),
                step("name", "given name exact, family name differs", 3.2),
                step("name: frequency", "“ada” is rare here", 1.9),
                step("birth date", "exact", 14.47),
                step("e-mail", "exact", 9.1),
                step("city", "anything else", -2.2),
            ],
            total_bits: 12.5,
            probability: 0.999_827,
        }],
        curve: Some((0..=40).map(point).collect()),
        threshold: Some(4.0),
        sizes: vec![(1, 7400), (2, 1300), (3, 480), (4, 90), (5, 22), (7, 14), (12, 4), (33, 1), (90, 1)],
        clusters: vec![
            ClusterGraph {
                title: "Two groups, one bridge".into(),
                nodes: (0..10).map(|node| format!("till:{}", 4700 + node * 3)).collect(),
                links: groups(5),
            },
            ClusterGraph {
                title: "Larger".into(),
                nodes: (0..32).map(|node| format!("newsletter:{}@example.org", 900 + node * 3)).collect(),
                links: groups(16).into_iter().filter(|line| line.bridge || (line.a + line.b) % 3 == 0).collect(),
            },
        ],
        blocking: vec![
            BlockingRule { name: "birth date".into(), keys: 8211, pairs: 14_022, oversize: 0 },
            BlockingRule { name: "family name, postcode".into(), keys: 9002, pairs: 11_870, oversize: 3 },
        ],
        notes: vec!["Three blocks of “Smith, SW1” were larger than the cap of 500.".into()],
    }
}

/// Elements that are opened are closed in their order. A page that keeps this is also nested as it was meant.
fn is_nested(page: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        let name = tag.split([' ', '\n', '/']).find(|part| !part.is_empty()).expect("a tag has a name");
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') && !["!doctype", "meta"].contains(&name) {
            open.push(name);
        }
    }
    open.is_empty()
}

#[test]
fn the_page_stands_alone() {
    let page = shop().html();
    for outside in ["<script", "<link", "<img", "src=", "http:", "https:", "@import", "url(", "javascript:"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(is_nested(&page));
    assert_eq!(page, shop().html());
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\" aria-label=\"").count());
    // Beside each chart a table; and two more, of the records and of the rules.
    assert_eq!(page.matches("<svg").count() + 2, page.matches("<table").count());
    // `ONEFOLD_REPORT=report.html` keeps it, to be looked at.
    if let Some(path) = std::env::var_os("ONEFOLD_REPORT") {
        std::fs::write(path, page).expect("the path can be written");
    }
}

#[test]
fn parts_that_are_empty_are_left_out() {
    let page = Report { title: "Nothing".into(), ..Report::default() }.html();
    assert!(is_nested(&page) && !page.contains("<section") && !page.contains("<nav"));
    let counts = Point { threshold: 3.0, links: 2, clusters: 5, largest: 2, ..Point::default() };
    let page = Report { curve: Some(vec![counts]), ..Report::default() }.html();
    assert!(page.contains("Links and clusters") && !page.contains("recall"));
}

/// A report in which every text is the given one.
fn filled(text: &str, value: f64) -> Report {
    let text = text.to_owned();
    let pair = || (text.clone(), text.clone());
    Report {
        title: text.clone(),
        summary: vec![pair()],
        levels: vec![ComparisonChart {
            comparison: text.clone(),
            levels: vec![LevelBar { label: text.clone(), m: value, u: value, weight_bits: value, trained: false }],
        }],
        waterfalls: vec![Waterfall {
            title: text.clone(),
            left: vec![pair()],
            right: vec![pair()],
            steps: vec![step(&text, &text, value), step(&text, &text, -value)],
            total_bits: value,
            probability: value,
        }],
        curve: Some(vec![Point { threshold: value, f1: Some(value), precision: Some(value), ..Point::default() }]),
        threshold: Some(value),
        sizes: vec![(0, 0), (1, u64::MAX), (u32::MAX, 1)],
        clusters: vec![ClusterGraph {
            title: text.clone(),
            nodes: vec![text.clone(); 3],
            links: vec![Line { a: 0, b: 1, probability: value, bridge: true }, Line { a: 0, b: 7, ..Line::default() }],
        }],
        blocking: vec![BlockingRule { name: text.clone(), keys: u64::MAX, pairs: 0, oversize: 1 }],
        notes: vec![text],
    }
}

#[test]
fn a_script_in_any_value_is_shown_and_not_run() {
    for attack in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='x", "]]></style><b>"] {
        let page = filled(attack, 1.0).html();
        assert!(!page.contains(attack) && is_nested(&page), "{attack}");
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"));
    }
}

proptest! {
    #[test]
    fn any_text_and_any_number_make_a_page(text: String, value in any::<f64>()) {
        for value in [value, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE] {
            let page = filled(&text, value).html();
            prop_assert!(is_nested(&page));
            for broken in ["\"NaN\"", "\"inf\"", "\"-inf\"", "NaN,", "inf,"] {
                prop_assert!(!page.contains(broken), "{}", broken);
            }
        }
    }
}
