use onefold_model::normalise::fold;
use proptest::prelude::*;

use super::*;

/// Short texts of few letters, where matches and swaps are frequent; any ASCII; any text at all.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab]{0,8}",
        "[a-e]{0,20}",
        "[a-z]{0,80}",
        "[ -~]{0,80}",
        "[\\x00-\\x7f]{0,17}",
        "[a-cé-ëж漢]{0,12}",
        ".{0,80}"
    ]
}

/// A name, and the same with slips of the pen.
fn slips() -> impl Strategy<Value = (String, String)> {
    let names = ["ada", "lovelace", "jo", "abercrombie", "katherine", "van der berg", "josé", "иванова"];
    let slip = (0..4, any::<prop::sample::Index>(), "[a-zé]");
    (prop::sample::select(names.to_vec()), prop::collection::vec(slip, 0..4), 1..6_usize).prop_map(
        |(name, slips, times)| {
            let name = name.repeat(times);
            let mut letters: Vec<char> = name.chars().collect();
            for (kind, at, letter) in slips {
                let at = at.index(letters.len().max(1));
                let letter = letter.chars().next().expect("one letter");
                match kind {
                    0 => letters.insert(at.min(letters.len()), letter),
                    1 if !letters.is_empty() => drop(letters.remove(at)),
                    2 if at + 1 < letters.len() => letters.swap(at, at + 1),
                    _ if !letters.is_empty() => letters[at] = letter,
                    _ => {}
                }
            }
            (name, letters.into_iter().collect())
        },
    )
}

fn pair() -> impl Strategy<Value = (String, String)> {
    prop_oneof![(text(), text()), slips(), text().prop_map(|it| (it.clone(), it))]
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn similarities_are_those_of_strsim((a, b) in pair()) {
        let (plain, boosted) = (strsim::jaro(&a, &b), strsim::jaro_winkler(&a, &b));
        prop_assert!(near(jaro(&a, &b), plain), "{} {plain}", jaro(&a, &b));
        prop_assert!(near(jaro_winkler(&a, &b), boosted), "{} {boosted}", jaro_winkler(&a, &b));
        let prepared = Pattern::new(&a);
        prop_assert_eq!(prepared.jaro(&b), jaro(&a, &b));
        prop_assert_eq!(prepared.jaro_winkler(&b), jaro_winkler(&a, &b));
    }

    #[test]
    fn distances_are_those_of_strsim((a, b) in pair()) {
        let slow = strsim::osa_distance(&a, &b);
        prop_assert_eq!(osa(&a, &b), slow);
        prop_assert_eq!(Pattern::new(&a).osa(&b), slow);
    }

    #[test]
    fn order_does_not_matter((a, b) in pair()) {
        prop_assert_eq!(jaro_winkler(&a, &b), jaro_winkler(&b, &a));
        prop_assert_eq!(osa(&a, &b), osa(&b, &a));
    }

    #[test]
    fn cutoffs_hide_but_do_not_change((a, b) in pair(), cutoff in 0.0..=1.0, limit in 0..12_usize) {
        let (similarity, distance) = (jaro_winkler(&a, &b), osa(&a, &b));
        for cutoff in [cutoff, similarity, 0.88, 0.0, 1.0] {
            let expected = Some(similarity).filter(|&it| it >= cutoff);
            prop_assert_eq!(jaro_winkler_at_least(&a, &b, cutoff), expected);
            prop_assert_eq!(Pattern::new(&a).jaro_winkler_at_least(&b, cutoff), expected);
        }
        for limit in [limit, distance, distance.saturating_sub(1)] {
            let expected = Some(distance).filter(|&it| it <= limit);
            prop_assert_eq!(osa_at_most(&a, &b, limit), expected);
            prop_assert_eq!(Pattern::new(&a).osa_at_most(&b, limit), expected);
        }
    }

    #[test]
    fn sounds_are_total_and_stable(text in ".{0,80}") {
        prop_assert_eq!(phonetic(&text), phonetic(&text));
        prop_assert_eq!(phonetic(&text), phonetic(&text.to_lowercase()));
    }

    #[test]
    fn forms_of_names_are_mutual(a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let names = nickname::names();
        let (a, b) = (names[a.index(names.len())], names[b.index(names.len())]);
        prop_assert_eq!(same_given(a, b), same_given(b, a));
        prop_assert_eq!(same_given(a, b), a == b || share_group(given_groups(a), given_groups(b)));
    }
}

#[test]
fn every_pair_of_short_words_of_three_letters() {
    let words: Vec<String> = (0..=5)
        .flat_map(|len| {
            (0..3_usize.pow(len))
                .map(move |nth| (0..len).map(|at| ['a', 'b', 'c'][nth / 3_usize.pow(at) % 3]).collect())
        })
        .collect();
    for a in &words {
        let prepared = Pattern::new(a);
        for b in &words {
            assert!(near(prepared.jaro_winkler(b), strsim::jaro_winkler(a, b)), "{a} {b}");
            assert_eq!(prepared.osa(b), strsim::osa_distance(a, b), "{a} {b}");
            assert_eq!(osa(a, b), strsim::osa_distance(a, b), "{a} {b}");
        }
    }
}

#[test]
fn lengths_around_the_words() {
    for a_len in [0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 63, 64, 65, 80] {
        for b_len in [0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 63, 64, 65, 80] {
            let make = |len: usize, step: usize| {
                (0..len).map(|at| char::from(b'a' + (at * step % 7) as u8)).collect::<String>()
            };
            let (a, b) = (make(a_len, 3), make(b_len, 5));
            assert!(near(jaro_winkler(&a, &b), strsim::jaro_winkler(&a, &b)), "{a} {b}");
            assert_eq!(osa(&a, &b), strsim::osa_distance(&a, &b), "{a} {b}");
        }
    }
}

#[test]
fn a_cutoff_that_is_no_number_is_never_reached() {
    assert_eq!(jaro_winkler_at_least("ada", "ada", f64::NAN), None);
}

#[test]
fn every_character_has_a_sound() {
    for c in '\0'..=char::MAX {
        let text = c.to_string();
        let key = phonetic(&text);
        assert!(key == 0 || c.is_alphanumeric(), "{c}");
        let soft = "ъьЪЬʹʺ".contains(c) || matches!(c, '\u{2BB}'..='\u{2BF}' | '\u{300}'..='\u{36F}');
        assert!(key != 0 || soft || !c.is_alphanumeric(), "{c}");
        assert_eq!(key, phonetic(&text.to_lowercase()), "{c}");
    }
}

#[test]
fn names_that_sound_alike_meet() {
    for alike in [
        "katherine catherine kathryn katarina Катерина",
        "stephen stefan Стефан",
        "smith smyth schmidt schmitt Шмидт",
        "julia iulia yulia Юлия Ιουλία",
        "john jon Джон",
        "pfeiffer pfeifer feiffer",
        "wright rite write",
        "friedrich friedrik Фридрих",
        "müller muller mueller Мюллер",
        "nguyen nguyễn",
        "Wiśniewski wisniewski Вишневский",
        "alexandros Αλέξανδρος",
        "johnson jonson johnsen",
        "o'neil oneill",
        "vaughan vaughn",
    ] {
        let keys: Vec<u64> = alike.split(' ').map(phonetic).collect();
        assert!(keys.iter().all(|&key| key == keys[0] && key != 0), "{alike} {keys:x?}");
    }
    assert_ne!(phonetic("smith"), phonetic("jones"));
    assert_ne!(phonetic("martin"), phonetic("nartin"));
}

#[test]
fn the_table_of_forms_is_folded() {
    let unfolded: Vec<&str> = nickname::names().iter().copied().filter(|name| fold(name) != *name).collect();
    assert!(unfolded.is_empty(), "{unfolded:?}");
}

/// A letter of another script inside a word is a slip of the keyboard that nobody sees.
#[test]
fn the_table_of_forms_mixes_no_scripts() {
    let mixed: Vec<&str> = nickname::names()
        .iter()
        .copied()
        .filter(|name| !(name.is_ascii() || name.chars().all(|c| ('а'..='я').contains(&c) || c == 'і')))
        .collect();
    assert!(mixed.is_empty(), "{mixed:?}");
}

#[test]
fn every_name_is_a_form_of_itself_and_of_those_in_its_group() {
    let names = nickname::names();
    assert!(names.len() > 2_000, "{}", names.len());
    for name in names {
        assert!(same_given(name, name));
        let groups = given_groups(name);
        assert!(!groups.is_empty() && groups.is_sorted(), "{name}");
    }
    assert!(same_given("zzyzx", "zzyzx") && !same_given("zzyzx", "ada"));
}

#[test]
fn usual_forms_are_known() {
    for (a, b) in [
        ("bill", "william"),
        ("bob", "robert"),
        ("liz", "elizabeth"),
        ("beth", "betty"),
        ("kate", "katherine"),
        ("hans", "johannes"),
        ("sepp", "josef"),
        ("pepe", "jose"),
        ("beppe", "giuseppe"),
        ("ze", "jose"),
        ("kees", "cornelis"),
        ("kasia", "katarzyna"),
        ("sasha", "aleksandr"),
        ("маша", "мария"),
        ("vova", "владимир"),
        ("niels", "nikolaus"),
        ("lars", "laurence"),
        ("jack", "james"),
        ("jack", "john"),
        ("gosia", "margaret"),
    ] {
        assert!(same_given(a, b), "{a} {b}");
    }
    for (a, b) in [("john", "james"), ("ada", "eva"), ("maria", "margaret"), ("peter", "paul")] {
        assert!(!same_given(a, b), "{a} {b}");
    }
}
