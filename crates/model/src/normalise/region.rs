//! Which calling code a country has, and what its people dial before a number.
//!
//! Facts of ITU-T E.164 (list of assigned codes) and of the national numbering plans, as few as the digits rule
//! needs; the feature `phone` brings the whole metadata.

/// ISO 3166-1 alpha-2 and calling code, ascending.
#[rustfmt::skip]
const CODES: &[(&str, u16)] = &[
    ("AC", 247), ("AD", 376), ("AE", 971), ("AF", 93), ("AG", 1), ("AI", 1), ("AL", 355), ("AM", 374), ("AO", 244), ("AR", 54), ("AS", 1), ("AT", 43),
    ("AU", 61), ("AW", 297), ("AX", 358), ("AZ", 994), ("BA", 387), ("BB", 1), ("BD", 880), ("BE", 32), ("BF", 226), ("BG", 359), ("BH", 973), ("BI", 257),
    ("BJ", 229), ("BL", 590), ("BM", 1), ("BN", 673), ("BO", 591), ("BQ", 599), ("BR", 55), ("BS", 1), ("BT", 975), ("BW", 267), ("BY", 375), ("BZ", 501),
    ("CA", 1), ("CC", 61), ("CD", 243), ("CF", 236), ("CG", 242), ("CH", 41), ("CI", 225), ("CK", 682), ("CL", 56), ("CM", 237), ("CN", 86), ("CO", 57),
    ("CR", 506), ("CU", 53), ("CV", 238), ("CW", 599), ("CX", 61), ("CY", 357), ("CZ", 420), ("DE", 49), ("DJ", 253), ("DK", 45), ("DM", 1), ("DO", 1),
    ("DZ", 213), ("EC", 593), ("EE", 372), ("EG", 20), ("EH", 212), ("ER", 291), ("ES", 34), ("ET", 251), ("FI", 358), ("FJ", 679), ("FK", 500), ("FM", 691),
    ("FO", 298), ("FR", 33), ("GA", 241), ("GB", 44), ("GD", 1), ("GE", 995), ("GF", 594), ("GG", 44), ("GH", 233), ("GI", 350), ("GL", 299), ("GM", 220),
    ("GN", 224), ("GP", 590), ("GQ", 240), ("GR", 30), ("GT", 502), ("GU", 1), ("GW", 245), ("GY", 592), ("HK", 852), ("HN", 504), ("HR", 385), ("HT", 509),
    ("HU", 36), ("ID", 62), ("IE", 353), ("IL", 972), ("IM", 44), ("IN", 91), ("IO", 246), ("IQ", 964), ("IR", 98), ("IS", 354), ("IT", 39), ("JE", 44),
    ("JM", 1), ("JO", 962), ("JP", 81), ("KE", 254), ("KG", 996), ("KH", 855), ("KI", 686), ("KM", 269), ("KN", 1), ("KP", 850), ("KR", 82), ("KW", 965),
    ("KY", 1), ("KZ", 7), ("LA", 856), ("LB", 961), ("LC", 1), ("LI", 423), ("LK", 94), ("LR", 231), ("LS", 266), ("LT", 370), ("LU", 352), ("LV", 371),
    ("LY", 218), ("MA", 212), ("MC", 377), ("MD", 373), ("ME", 382), ("MF", 590), ("MG", 261), ("MH", 692), ("MK", 389), ("ML", 223), ("MM", 95), ("MN", 976),
    ("MO", 853), ("MP", 1), ("MQ", 596), ("MR", 222), ("MS", 1), ("MT", 356), ("MU", 230), ("MV", 960), ("MW", 265), ("MX", 52), ("MY", 60), ("MZ", 258),
    ("NA", 264), ("NC", 687), ("NE", 227), ("NF", 672), ("NG", 234), ("NI", 505), ("NL", 31), ("NO", 47), ("NP", 977), ("NR", 674), ("NU", 683), ("NZ", 64),
    ("OM", 968), ("PA", 507), ("PE", 51), ("PF", 689), ("PG", 675), ("PH", 63), ("PK", 92), ("PL", 48), ("PM", 508), ("PR", 1), ("PS", 970), ("PT", 351),
    ("PW", 680), ("PY", 595), ("QA", 974), ("RE", 262), ("RO", 40), ("RS", 381), ("RU", 7), ("RW", 250), ("SA", 966), ("SB", 677), ("SC", 248), ("SD", 249),
    ("SE", 46), ("SG", 65), ("SH", 290), ("SI", 386), ("SJ", 47), ("SK", 421), ("SL", 232), ("SM", 378), ("SN", 221), ("SO", 252), ("SR", 597), ("SS", 211),
    ("ST", 239), ("SV", 503), ("SX", 1), ("SY", 963), ("SZ", 268), ("TA", 290), ("TC", 1), ("TD", 235), ("TG", 228), ("TH", 66), ("TJ", 992), ("TK", 690),
    ("TL", 670), ("TM", 993), ("TN", 216), ("TO", 676), ("TR", 90), ("TT", 1), ("TV", 688), ("TW", 886), ("TZ", 255), ("UA", 380), ("UG", 256), ("US", 1),
    ("UY", 598), ("UZ", 998), ("VA", 39), ("VC", 1), ("VE", 58), ("VG", 1), ("VI", 1), ("VN", 84), ("VU", 678), ("WF", 681), ("WS", 685), ("XK", 383),
    ("YE", 967), ("YT", 262), ("ZA", 27), ("ZM", 260), ("ZW", 263),
];

/// The calling code of a region: `DE`, `de`, `49` or `+49`.
pub(super) fn calling_code(region: &str) -> Option<u16> {
    let name = region.trim();
    let digits = name.trim_start_matches('+');
    if !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) {
        return digits.parse().ok().filter(|code| (1..=999).contains(code));
    }
    let name = name.to_ascii_uppercase();
    let found = CODES.binary_search_by(|(region, _)| (*region).cmp(name.as_str())).ok()?;
    CODES.get(found).map(|(_, code)| *code)
}

/// The calling code that international digits begin with, and the rest. No code begins another (E.164).
pub(super) fn split_code(digits: &str) -> Option<(u16, &str)> {
    let length = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..] => 2,
        [b'3', b'0'..=b'4' | b'6' | b'9', ..] => 2,
        [b'4', b'0' | b'1' | b'3'..=b'9', ..] => 2,
        [b'5', b'1'..=b'8', ..] => 2,
        [b'6', b'0'..=b'6', ..] => 2,
        [b'8', b'1' | b'2' | b'4' | b'6', ..] => 2,
        [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    };
    let (code, rest) = digits.split_at_checked(length)?;
    Some((code.parse().ok()?, rest))
}

/// What is dialled in a country to leave it, where it is not `00` (ITU-T Operational Bulletin, dialling procedures).
pub(super) fn exit_prefix(code: u16) -> Option<&'static str> {
    match code {
        1 => Some("011"),
        7 => Some("810"),
        61 => Some("0011"),
        81 => Some("010"),
        _ => None,
    }
}

/// A national number without the prefix that is dialled only inside the country, such as the `0` of `0171`.
///
/// In a few plans the leading zero belongs to the number (Italy, and several of West Africa): there it stays. Where
/// the prefix is an ordinary digit elsewhere in the plan (`1`, `8`), it goes only from a number that is too long by
/// it.
pub(super) fn without_trunk(code: u16, number: &str) -> &str {
    let mut rest = number;
    loop {
        let shorter = match code {
            39 | 378 | 379 | 225 | 226 | 227 | 229 | 242 => None,
            1 => rest.strip_prefix('1').filter(|rest| rest.len() == 10),
            36 => rest.strip_prefix("06").or_else(|| rest.strip_prefix('0')),
            7 | 992 | 993 | 998 if rest.len() > national_length(code) => rest.strip_prefix('8'),
            370 if rest.len() == 9 => rest.strip_prefix(['0', '8']),
            375 if rest.len() == 11 => rest.strip_prefix("80"),
            _ => rest.strip_prefix('0'),
        };
        match shorter {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

fn national_length(code: u16) -> usize {
    match code {
        7 => 10,
        993 => 8,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_found_by_name_and_by_code() {
        assert!(CODES.is_sorted());
        for (region, code) in CODES {
            assert_eq!(calling_code(region), Some(*code));
            assert_eq!(split_code(&format!("{code}5551234")), Some((*code, "5551234")), "{region}");
        }
        assert_eq!(calling_code(" de "), Some(49));
        assert_eq!(calling_code("+49"), Some(49));
        for unknown in ["", "ZZ", "Germany", "0", "12345", "+"] {
            assert_eq!(calling_code(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn prefixes_go_where_they_are_not_the_number() {
        assert_eq!(without_trunk(49, "01711234567"), "1711234567");
        assert_eq!(without_trunk(39, "0612345678"), "0612345678");
        assert_eq!(without_trunk(7, "88001234567"), "8001234567");
        assert_eq!(without_trunk(7, "8001234567"), "8001234567");
        assert_eq!(without_trunk(1, "12025550100"), "2025550100");
        assert_eq!(without_trunk(36, "0611234567"), "11234567");
        assert_eq!(without_trunk(370, "861234567"), "61234567");
        assert_eq!(without_trunk(375, "80291234567"), "291234567");
    }

    #[cfg(feature = "phone")]
    #[test]
    fn codes_agree_with_the_metadata_of_the_library() {
        for (region, code) in CODES {
            if let Some(known) = phonenumber::metadata::DATABASE.by_id(*region) {
                assert_eq!(known.country_code(), *code, "{region}");
            }
        }
    }
}
