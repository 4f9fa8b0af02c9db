//! Mailboxes that belong to a function, not to a person.
//!
//! Two records that share `info@example.com` are two colleagues, or two strangers who did not want to give an
//! address. Such an address is well formed and can be written to; as evidence of who someone is, it is worth nothing.
//! Deliberately absent: a look at the domain (disposable providers, the reserved names of RFC 2606), for such lists
//! age by the day.

use super::placeholder;

/// Mailboxes of a function, not of a person (some are RFC 2142's), and words that people type to get past a form.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "abuse", "accounting", "accounts", "accueil", "admin", "administration", "administrator", "all", "anonymous",
    "asdf", "asdfgh", "bestellung", "billing", "biuro", "booking", "bookings", "bot", "buchhaltung", "career",
    "careers", "compliance", "contact", "contacto", "contatto", "customercare", "customerservice", "daemon", "demo",
    "dev", "dummy", "einkauf", "email", "enquiries", "enquiry", "everyone", "example", "fake", "feedback", "finance",
    "foo", "ftp", "guest", "hello", "help", "helpdesk", "hostmaster", "hr", "info", "informacion", "information",
    "inquiries", "invoice", "invoices", "it", "jobs", "kontakt", "kundenservice", "legal", "list", "mail",
    "mailerdaemon", "marketing", "media", "na", "news", "newsletter", "nobody", "none", "null", "office", "ops",
    "order", "orders", "pedidos", "post", "postmaster", "poststelle", "press", "presse", "privacy", "recepcion",
    "reception", "rechnung", "recruiting", "reservations", "root", "sales", "secretary", "security", "sekretariat",
    "service", "shop", "someone", "spam", "support", "team", "test", "tester", "testing", "ufficio", "unknown",
    "ventas", "verkauf", "vertrieb", "webmaster",
];

/// Whether a canonical address is a role's, a machine's or a stopgap, which says nothing about who a person is: two
/// records that share `info@example.com` are two colleagues.
///
/// It judges the local part alone, by a short list; the domain is not looked at, nor is the address refused.
///
/// ```
/// use onefold_model::normalise::looks_generic;
///
/// assert!(looks_generic("info@example.com"));
/// assert!(looks_generic("no-reply+4711@example.com"));
/// assert!(looks_generic("test3@example.com"));
/// assert!(!looks_generic("ada@example.com"));
/// ```
pub fn looks_generic(canonical_email: &str) -> bool {
    let local = canonical_email.split_once('@').map_or(canonical_email, |(local, _)| local);
    let name = local.split_once('+').map_or(local, |(name, _)| name);
    let name: String = name.chars().filter(|c| !matches!(c, '.' | '-' | '_')).collect();
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let machine = ["noreply", "donotreply", "mailerdaemon", "bounce"].iter().any(|word| stem.starts_with(word));
    let role = |word: &str| ROLES.binary_search(&word).is_ok();
    let numbered = stem.len() >= 4 && name.len() - stem.len() <= 3;
    machine || name.is_empty() || role(&name) || numbered && role(stem) || stem.is_empty() && placeholder(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_sorted_and_people_are_not_roles() {
        assert!(ROLES.is_sorted());
        for role in
            ["noreply", "do-not-reply", "mailer-daemon", "customer.service", "sales2", "12345678", "000000", "_"]
        {
            assert!(looks_generic(&format!("{role}@example.com")), "{role}");
        }
        for person in ["ada", "it1990", "testa.rossa", "4917112", "postel", "anna", "helga"] {
            assert!(!looks_generic(&format!("{person}@example.com")), "{person}");
        }
    }
}
