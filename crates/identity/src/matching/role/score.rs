//! Points for each role of one column, from its values and its header.
//!
//! The numbers are judgement, not measurement: a role that the values prove (a calendar date, an address with `@`) has
//! some 900 points, one that they suggest 400 to 700, one that is merely possible 200 to 300. A sure header adds 450, a
//! vague one 150, and neither to a role that the values forbid.

use std::collections::BTreeMap;

use super::Role;
use super::header::Strength;
use super::shape::{Shape, permille};

/// Points by role; a role that is not there is impossible.
pub(super) type Points = BTreeMap<Role, i32>;

/// The points of one column, without regard to others.
pub(super) fn points(shape: &Shape, header: Option<(Role, Strength)>) -> Points {
    let mut points = Points::new();
    points.insert(Role::Text, 200);
    values(shape, &mut points);
    if let Some((role, strength)) = header
        && allowed(role, shape)
    {
        let more = match strength {
            Strength::Strong => 450,
            Strength::Weak => 150,
        };
        // To be a birth date takes a date and a word; only the table can say it without one.
        let least = if role == Role::BirthDate { points.get(&Role::Date).copied().unwrap_or(150) } else { 150 };
        let found = points.entry(role).or_insert(least);
        *found = (*found).max(least) + more;
    }
    points
}

/// Whether the values permit the role.
fn allowed(role: Role, shape: &Shape) -> bool {
    let share = |part| shape.share(part);
    let textual = share(shape.letters) >= 500 && share(shape.emails) < 300;
    match role {
        Role::Email => share(shape.emails) >= 300,
        Role::BirthDate | Role::Date => share(shape.dates + shape.near_dates) >= 400,
        Role::Phone => share(shape.digits) >= 600 && share(shape.letters) < 500,
        Role::Postcode => share(shape.digits) >= 500 && shape.words <= shape.rows.saturating_mul(3),
        Role::HouseNumber => share(shape.digits) >= 500 && shape.words <= shape.rows.saturating_mul(3),
        Role::Number => share(shape.digits) >= 600 && share(shape.letters) < 300,
        Role::GivenName => textual && share(shape.digits) < 300 && share(shape.multi) < 600,
        Role::Surname => {
            textual && share(shape.digits) < 300 && !(share(shape.multi) > 700 && share(shape.given) > 400)
        }
        Role::FullName => {
            let one_word = share(shape.multi) < 200 && share(shape.han_names) < 300;
            textual && share(shape.digits) < 300 && !one_word
        }
        Role::City | Role::Country | Role::Organisation | Role::Street => textual,
        Role::Gender => shape.values.len() <= 40 || shape.head() > 900,
        Role::Identifier => {
            share(shape.emails) < 500 && share(shape.dates) < 700 && share(shape.digits + shape.urls) >= 500
        }
        Role::Region | Role::Category | Role::Text => true,
    }
}

fn values(shape: &Shape, points: &mut Points) {
    let share = |part| shape.share(part);
    let mut put = |role: Role, score: i32| {
        points.insert(role, score);
    };
    let emails = share(shape.emails);
    if emails >= 300 {
        put(Role::Email, 200 + emails * 3 / 4);
    }
    let urls = share(shape.urls);
    if urls >= 500 {
        put(Role::Identifier, 250 + urls / 2);
    }
    let dates = share(shape.dates + shape.near_dates);
    if dates >= 500 && share(shape.dates) >= 200 {
        put(Role::Date, 200 + dates * 3 / 4);
    }
    if emails >= 500 || dates >= 700 {
        return;
    }
    numeric(shape, points);
    address(shape, points);
    if share(shape.alphabetic) >= 500 {
        textual(shape, points);
    }
}

/// Columns of digits and codes.
fn numeric(shape: &Shape, points: &mut Points) {
    let share = |part| shape.share(part);
    let mut put = |role: Role, score: i32| {
        points.insert(role, score);
    };
    if share(shape.digits) < 500 {
        return;
    }
    let variety = shape.variety();
    let phones = share(shape.phones);
    if phones >= 400 {
        put(Role::Phone, 200 + phones * 3 / 4);
    }
    let numbers = share(shape.numbers);
    if numbers >= 600 {
        put(Role::Number, 150 + numbers / 4);
    }
    let (length, fixed) = shape.length();
    let years = share(shape.year_numbers) >= 800;
    let mut post = share(shape.national_post) * 3 / 4 + 150;
    // A count from one upwards has short numbers too.
    let counts = shape.digits_of(1, length.saturating_sub(2)) >= 8;
    if (4..=6).contains(&length) && fixed >= 850 && !years && !counts {
        // Most countries write five digits; six are as often a customer's number.
        post = post.max(if length == 6 { 480 } else { 580 } - (variety - 700).max(0) / 2);
    }
    if shape.digits_of(4, 5) >= 900 && fixed >= 600 && !years && !counts {
        // A leading zero lost on the way.
        post = post.max(480 - (variety - 700).max(0) / 2);
    }
    if let Some((layout, _)) = shape.mixed_layout().filter(|(_, rows)| share(*rows) >= 700) {
        // Letters and digits always in the same places: of so few, a postcode rather than a customer's number.
        post = post.max(if layout.len() <= 6 { 620 } else { 460 });
    }
    if post >= 450 {
        put(Role::Postcode, post);
    }
    let code = share(shape.codes).max(share(shape.social));
    if code >= 600 {
        let social = share(shape.social);
        let distinct = (variety / 4).min(150);
        let long = if length >= 7 && fixed >= 700 { 100 } else { 0 };
        put(Role::Identifier, 250 + social / 2 + distinct + long);
    }
    let house = share(shape.house);
    let short = shape.digits_of(1, 1) >= 60 || share(shape.house_letter) >= 100;
    if house >= 700 && short && fixed < 900 {
        put(Role::HouseNumber, 300 + house / 20 + share(shape.house_letter).min(200));
    }
}

/// Streets and organisations, with digits or without.
fn address(shape: &Shape, points: &mut Points) {
    let share = |part| shape.share(part);
    if share(shape.letters) < 500 {
        return;
    }
    let (street, numbered, legal) = (share(shape.street), share(shape.number_and_words), share(shape.legal));
    if street >= 200 || numbered >= 400 {
        points.insert(Role::Street, 300 + street.max(numbered) * 6 / 10);
    }
    if legal >= 120 && street < 500 && numbered < 400 {
        points.insert(Role::Organisation, 350 + legal * 6 / 10);
    }
    let long = permille(shape.words, shape.rows) >= 4500;
    let premise = share(shape.premise);
    points.insert(Role::Text, 200 + if long { 350 } else { 0 } + if premise >= 80 { 200 + premise } else { 0 });
}

/// Columns of words.
fn textual(shape: &Shape, points: &mut Points) {
    let share = |part| shape.share(part);
    let mut put = |role: Role, score: i32| {
        points.insert(role, score);
    };
    let (given, surname) = (share(shape.given), share(shape.surname));
    let (city, place, street) = (share(shape.city), share(shape.place), share(shape.street));
    let (multi, premise, legal) = (share(shape.multi), share(shape.premise), share(shape.legal));
    let (country, region) = (share(shape.country), share(shape.region));
    let (label, gender) = (share(shape.label), share(shape.gender));
    let other = place + premise + street + legal;
    if given >= 60 && multi < 500 {
        put(Role::GivenName, (250 + given * 7 / 10).min(850) - surname / 3 - other - city / 2);
    }
    if multi < 600 {
        let known = surname.min(350) + share(shape.surname_ending).min(300) / 3;
        let not = other + city + label * 3 / 2 + country + region + gender + (given - 150).max(0);
        put(Role::Surname, 310 + known - not - multi / 4);
    }
    let han = share(shape.han_names);
    let full = share(shape.few_words).max(han);
    if full >= 400 {
        let known = share(shape.given_any).max(han) * 6 / 10 + surname / 4;
        put(Role::FullName, 200 + known - other - city - label);
    }
    put(Role::City, 250 + (city * 6 / 5).min(500) + place + (multi / 2).min(120) - street - legal - given / 2 - label);
    let head = shape.head();
    let few = shape.values.len() <= 60 || head >= 900;
    if few && region >= 300 {
        put(Role::Region, 300 + region * 6 / 10);
    }
    if country >= 400 {
        put(Role::Country, 250 + country * 7 / 10 - if region > country { 300 } else { 0 });
    }
    if gender >= 700 && head >= 950 {
        put(Role::Gender, 250 + gender * 7 / 10);
    }
    let repeated = if few && shape.variety() < 100 { 230 } else { 0 };
    if repeated > 0 || label >= 100 {
        put(Role::Category, 180 + repeated + label * 8 / 10);
    }
}
