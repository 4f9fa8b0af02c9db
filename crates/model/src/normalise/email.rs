//! E-mail addresses: one spelling for one mailbox, still fit to be sent to.
//!
//! By RFC 5321 the local part (before the `@`) may distinguish `Ada` from `ada`; no provider of any size does, and
//! people do not type with that care, so all is lower case. Everything else that could name another mailbox stays:
//! dots and `+tags` are dropped by [`email_mailbox`] alone. Internationalised addresses (RFC 6531) are kept in
//! Unicode: the local part composed (NFC, as RFC 6532 asks), the domain by compatibility (NFKC) and with `xn--`
//! labels made readable (RFC 5891).
//!
//! Deliberately absent: quoted local parts and comments (RFC 5322 allows `"ada lovelace"@...`; whoever writes that in
//! a form made a mistake), address literals (`ada@[192.0.2.1]`), domains without a dot, repair of typing errors
//! (`gmial.com`), and the question whether the domain exists.

use super::script::{invisible, space};
use super::{Fault, punycode};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The canonical address: lower case, without display name, `mailto:`, brackets and quotation marks around it.
///
/// ```
/// use onefold_model::normalise::{Fault, email};
///
/// assert_eq!(email(" Ada@Example.com")?, "ada@example.com");
/// assert_eq!(email("Ada Lovelace <mailto:ADA@example.com.>")?, "ada@example.com");
/// assert_eq!(email("ada@xn--mnchen-3ya.de")?, email("ADA＠MÜNCHEN。de")?);
/// assert_eq!(email("ada.l+shop@gmail.com")?, "ada.l+shop@gmail.com");
/// assert_eq!(email("ada@@example.com"), Err(Fault::NotAnEmail));
/// # Ok::<(), Fault>(())
/// ```
///
/// # Errors
/// [`Fault::Empty`], [`Fault::NotAnEmail`], or [`Fault::TooLong`] beyond 64 octets before and 255 after the `@` (RFC
/// 5321, section 4.5.3.1).
pub fn email(text: &str) -> Result<String, Fault> {
    let narrow: String = text.chars().filter(|c| !invisible(*c)).map(narrow).collect();
    let bare = bare(&narrow);
    if bare.is_empty() {
        return Err(Fault::Empty);
    }
    let (local, domain) = bare.split_once('@').ok_or(Fault::NotAnEmail)?;
    let (local, domain) = (local_part(local)?, domain_part(domain)?);
    if local.len() > 64 || domain.len() > 255 {
        return Err(Fault::TooLong);
    }
    Ok(format!("{local}@{domain}"))
}

/// The mailbox behind an address, for matching and never for sending: the `+tag` is dropped, for Google's consumer
/// domains the dots too, and `googlemail.com` is `gmail.com`.
///
/// It is not the default because it is a guess about the provider. Some deliver `a+b@` and `a@` to different people,
/// and dots count nearly everywhere; a person who asks for erasure of `ada+shop@...` named that address. Use it as a
/// blocking key or a weak agreement.
///
/// ```
/// use onefold_model::normalise::{Fault, email_mailbox};
///
/// assert_eq!(email_mailbox("Ada.L+shop@googlemail.com")?, "adal@gmail.com");
/// assert_eq!(email_mailbox("Ada.L+shop@example.com")?, "ada.l@example.com");
/// # Ok::<(), Fault>(())
/// ```
///
/// # Errors
/// Those of [`email`].
pub fn email_mailbox(text: &str) -> Result<String, Fault> {
    let address = email(text)?;
    let (local, domain) = address.split_once('@').ok_or(Fault::NotAnEmail)?;
    let mut name = match local.split_once('+') {
        Some((name, _)) if name.chars().any(|c| c != '.') => name.to_owned(),
        _ => local.to_owned(),
    };
    let google = matches!(domain, "gmail.com" | "googlemail.com");
    if google {
        name.retain(|c| c != '.');
    }
    Ok(format!("{name}@{}", if google { "gmail.com" } else { domain }))
}

/// Full-width ASCII, as Japanese and Chinese keyboards type it.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{FE6B}' => '@',
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// The address without what sources wrap around it, however often.
fn bare(text: &str) -> &str {
    let mut bare = text;
    loop {
        let before = bare;
        bare = bare.trim_matches(space).trim_end_matches([',', ';']).trim_matches(space);
        for (open, close) in
            [('"', '"'), ('\'', '\''), ('<', '>'), ('(', ')'), ('[', ']'), ('“', '”'), ('‘', '’'), ('«', '»')]
        {
            bare = bare.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).unwrap_or(bare);
        }
        if let Some((scheme, rest)) = bare.split_at_checked("mailto:".len())
            && scheme.eq_ignore_ascii_case("mailto:")
        {
            bare = rest.split_once('?').map_or(rest, |(address, _)| address);
        }
        // `Ada <ada@example.com>`, but not two addresses in one field.
        if let Some((_, address)) = bare.strip_suffix('>').and_then(|rest| rest.split_once('<'))
            && !address.contains(['<', '>'])
        {
            bare = address;
        }
        if bare == before {
            return bare;
        }
    }
}

fn local_part(text: &str) -> Result<String, Fault> {
    let odd = |c: char| c.is_control() || space(c) || "\"(),:;<>[\\]".contains(c);
    if text.chars().all(|c| c == '.') || text.contains(odd) {
        return Err(Fault::NotAnEmail);
    }
    let composed: String = text.nfc().collect();
    Ok(dotless(composed.to_lowercase()).nfc().collect())
}

/// `İ` in lower case is an `i` with a dot of its own: no mailbox is called so, a Turkish keyboard wrote `i` in
/// capitals.
fn dotless(mut lower: String) -> String {
    while lower.contains("i\u{307}") {
        lower = lower.replace("i\u{307}", "i");
    }
    lower
}

fn domain_part(text: &str) -> Result<String, Fault> {
    let readable = readable(text).replace('\u{3002}', ".");
    let domain = readable.strip_suffix('.').unwrap_or(&readable);
    let labels: Vec<String> = domain.split('.').map(decoded).collect();
    let dotted = labels.len() > 1 && !labels.last().is_some_and(|top| top.bytes().all(|c| c.is_ascii_digit()));
    if dotted && labels.iter().all(|label| is_label(label)) { Ok(labels.join(".")) } else { Err(Fault::NotAnEmail) }
}

/// Compatibility form, lower case; `Σ` is `σ` wherever it stands (UTS #46 maps letter by letter).
fn readable(text: &str) -> String {
    let lower: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    dotless(lower).nfkc().collect()
}

/// An `xn--` label in Unicode, if it is one; otherwise as it is.
fn decoded(label: &str) -> String {
    let unicode = label.strip_prefix("xn--").and_then(punycode::decode);
    match unicode {
        Some(unicode) if !unicode.is_ascii() && is_label(&unicode) && readable(&unicode) == unicode => unicode,
        _ => label.to_owned(),
    }
}

fn is_label(label: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '-' | '·' | '・');
    let edge = |c: Option<char>| c.is_some_and(|c| c != '-');
    let first = label.chars().next();
    edge(first)
        && !first.is_some_and(is_combining_mark)
        && edge(label.chars().next_back())
        && label.chars().count() <= 63
        && label.chars().all(|c| inner(c) && !invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wrappings_come_off_in_any_order() {
        for text in [
            "ada@example.com",
            "\u{feff}ADA@EXAMPLE.COM\r\n",
            "'ada@example.com'",
            "\"ada@example.com\",",
            "<ada@example.com>;",
            "mailto:ada@example.com?subject=hi",
            "MAILTO:<Ada@example.com>",
            "\"Lovelace, Ada\" <ada@example.com>",
            "\"ada@example.com\" <ada@example.com>",
            "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "ada@example。com",
            "ada@example.com.",
            "“ada@example.com”",
        ] {
            assert_eq!(email(text).as_deref(), Ok("ada@example.com"), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_mailbox_is_refused() {
        for text in [
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "a@b@c.de",
            "ada lovelace@example.com",
            "ada@exa mple.com",
            "ada@-example.com",
            "ada@example..com",
            "ada@.example.com",
            "ada@example.com..",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "..@example.com",
            "ada,bob@example.com",
            "Ada <a@x.de>, Bob <b@x.de>",
            "a@x.de; b@x.de",
            "\"ada\"@example.com",
            "ada\u{0}@example.com",
            "ada@exam_ple.com",
            "ada@example.com <ada>",
            "n/a",
        ] {
            assert_eq!(email(text), Err(Fault::NotAnEmail), "{text}");
        }
        for text in ["", "  ", "<>", "mailto:", "\"\""] {
            assert_eq!(email(text), Err(Fault::Empty), "{text}");
        }
    }

    #[test]
    fn lengths_are_those_of_smtp() {
        assert!(email(&format!("{}@example.com", "a".repeat(64))).is_ok());
        assert_eq!(email(&format!("{}@example.com", "a".repeat(65))), Err(Fault::TooLong));
        assert_eq!(email(&format!("a@{}com", "example.".repeat(40))), Err(Fault::TooLong));
        assert_eq!(email(&format!("a@{}.com", "x".repeat(64))), Err(Fault::NotAnEmail));
    }

    #[test]
    fn addresses_are_written_in_every_script() {
        for (text, canonical) in [
            ("ΝΊΚΟΣ@ΠΑΡΆΔΕΙΓΜΑ.gr", "νίκος@παράδειγμα.gr"),
            ("ИВАН@ПРИМЕР.рф", "иван@пример.рф"),
            ("иван@xn--e1afmkfd.xn--p1ai", "иван@пример.рф"),
            ("محمد@مثال.مصر", "محمد@مثال.مصر"),
            ("דוד@דוגמה.ישראל", "דוד@דוגמה.ישראל"),
            ("山田@例え.jp", "山田@例え.jp"),
            ("अदा@उदाहरण.भारत", "अदा@उदाहरण.भारत"),
            ("สมชาย@ตัวอย่าง.ไทย", "สมชาย@ตัวอย่าง.ไทย"),
            ("İREM@ÖRNEK.com.tr", "irem@örnek.com.tr"),
            ("IREM@example.com.tr", "irem@example.com.tr"),
            ("Nguye\u{302}\u{303}n@example.vn", "nguyễn@example.vn"),
        ] {
            assert_eq!(email(text).as_deref(), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn the_mailbox_drops_tags_everywhere_and_dots_at_google() {
        assert_eq!(email_mailbox("a.d.a+x+y@GMAIL.com").as_deref(), Ok("ada@gmail.com"));
        assert_eq!(email_mailbox("+49171@example.com").as_deref(), Ok("+49171@example.com"));
        assert_eq!(email_mailbox(".+x@gmail.com").as_deref(), Ok("+x@gmail.com"));
    }

    fn address() -> impl Strategy<Value = String> {
        let odd = "[a-cA-CİIı\u{307}\u{301}ßΣςäﬀ.+'\"<>(),; \u{3099}か\u{200b}-]{0,8}@(xn--[a-z0-9-]{1,8}|[a-cA-CİßΣς\u{307}ä\u{3099}か。．-]{1,8})[.。][a-zΣİ]{2,4}[.>'\"]?";
        prop_oneof![any::<String>(), odd.prop_map(|s: String| s)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn canonical_addresses_are_fixed_points(text in address()) {
            if let Ok(once) = email(&text) {
                prop_assert_eq!(once.matches('@').count(), 1);
                prop_assert_eq!(email(&once), Ok(once.clone()));
                let mailbox = email_mailbox(&once).expect("an address has a mailbox");
                prop_assert_eq!(email(&mailbox), Ok(mailbox.clone()));
                prop_assert_eq!(email_mailbox(&mailbox), Ok(mailbox.clone()));
            }
        }
    }
}
