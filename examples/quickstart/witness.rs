//! What the records say, read by the judge's own eyes: its own splitter of CSV, its own reader of times and amounts.
//! Nothing of the platform reads here, and what is compared with the platform is made of plain numbers and text.

use serde_json::Value;

use crate::shop::{Feed, Record};

/// What one record says.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// What makes two records one: the source's own id, where it gives one.
    pub id: Option<String>,
    pub login: Option<String>,
    pub device: Option<String>,
    pub customer: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// Microseconds since 1970.
    pub occurred: i64,
    /// Something that the person did, in opposition to something that is known of her.
    pub behaviour: bool,
    pub cents: Option<i64>,
    pub stage: Option<String>,
    pub newsletter: Option<bool>,
    pub recognition: Option<bool>,
}

/// Listens to a record; nothing where nobody could understand it.
pub fn hear(record: &Record) -> Option<Heard> {
    if record.broken {
        return None;
    }
    match record.feed {
        Feed::Web => message(record),
        Feed::Support => ticket(record),
        Feed::Crm | Feed::Pos | Feed::Survey => row(record),
    }
}

fn message(record: &Record) -> Option<Heard> {
    let message: Value = serde_json::from_str(&record.bytes).ok()?;
    let text = |path: &str| message.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let answer = |purpose: &str| {
        message
            .pointer("/context/consent/categoryPreferences")
            .and_then(|all| all.get(purpose))
            .and_then(Value::as_bool)
    };
    let what = text("/event");
    let amount = message.pointer("/properties/amount").map(Value::to_string);
    // The device's clock may be wrong: what counts is how long before its sending a thing was said.
    let (said, received) = (instant(&text("/timestamp")?)?, record.received.0);
    let occurred = match record.sent {
        Some(sent) if said <= sent.0 => received - (sent.0 - said),
        _ => said,
    };
    Some(Heard {
        id: text("/messageId"),
        login: text("/userId"),
        device: text("/anonymousId"),
        email: text("/traits/email").or_else(|| text("/context/traits/email")).as_deref().and_then(address),
        occurred: occurred.min(received),
        behaviour: matches!(text("/type")?.as_str(), "track" | "page" | "screen"),
        cents: match what.as_deref() {
            Some("Order Completed") => amount.as_deref().and_then(cents),
            _ => None,
        },
        newsletter: answer("Newsletter"),
        recognition: answer("Recognition"),
        ..Heard::default()
    })
}

fn ticket(record: &Record) -> Option<Heard> {
    let ticket: Value = serde_json::from_str(&record.bytes).ok()?;
    let text = |path: &str| ticket.pointer(path).and_then(Value::as_str);
    Some(Heard {
        id: text("/ticket").map(str::to_owned),
        email: text("/customer/email").and_then(address),
        phone: text("/customer/phone").and_then(digits),
        occurred: instant(text("/opened")?)?.min(record.received.0),
        behaviour: true,
        ..Heard::default()
    })
}

fn row(record: &Record) -> Option<Heard> {
    let (names, cells) = (split(record.feed.header()), split(&record.bytes));
    if names.len() != cells.len() {
        return None;
    }
    let cell = |name: &str| {
        let at = names.iter().position(|known| known == name)?;
        cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let at = cell("at").or_else(|| cell("changed")).or_else(|| cell("submitted"))?;
    Some(Heard {
        id: cell("receipt").map(str::to_owned),
        customer: cell("customer_no").map(str::to_owned),
        email: cell("e_mail").and_then(address),
        phone: cell("telephone").and_then(digits),
        occurred: instant(at)?.min(record.received.0),
        behaviour: record.feed != Feed::Crm,
        cents: cell("total").and_then(cents),
        stage: cell("sales_stage").map(str::to_owned),
        newsletter: cell("newsletter").map(|word| word == "granted"),
        ..Heard::default()
    })
}

/// Splits a line of CSV into cells; a doubled quote within quotes is one.
pub fn split(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

fn address(raw: &str) -> Option<String> {
    Some(raw.trim().to_lowercase()).filter(|address| !address.is_empty())
}

/// The digits of a telephone number without the international prefix.
fn digits(raw: &str) -> Option<String> {
    let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
    Some(digits.trim_start_matches("00").to_owned()).filter(|digits| !digits.is_empty())
}

/// An amount with at most two digits after the point, in hundredths.
fn cents(raw: &str) -> Option<i64> {
    let (whole, part) = raw.trim_end_matches(" EUR").split_once('.').unwrap_or((raw.trim_end_matches(" EUR"), ""));
    let part = format!("{part:0<2}");
    Some(whole.parse::<i64>().ok()? * 100 + part.get(..2)?.parse::<i64>().ok()?)
}

/// A time such as `2026-03-01T09:00:00.180Z`, in microseconds since 1970.
pub fn instant(raw: &str) -> Option<i64> {
    let number = |from: usize, to: usize| raw.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let long = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let months = [31, if long(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: i64 = (1970..year).map(|year| if long(year) { 366 } else { 365 }).sum();
    let days = years + months.iter().take(usize::try_from(month - 1).ok()?).sum::<i64>() + day - 1;
    let seconds = days * 86_400 + number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
    let part = raw.get(19..)?.trim_end_matches('Z').trim_start_matches('.');
    Some(seconds * 1_000_000 + format!("{part:0<6}").get(..6)?.parse::<i64>().ok()?)
}
