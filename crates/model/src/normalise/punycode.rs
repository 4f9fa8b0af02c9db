//! The Unicode form of one label of an internationalised domain name (RFC 3492, section 6.2).
//!
//! `xn--mnchen-3ya.de` and `münchen.de` are one domain; sources write either. Only the decoder is here: the canonical
//! form of a domain is its readable one, and what sends a message encodes it again.

/// The label that `encoded` (what follows `xn--`) stands for, if it is well formed.
pub(super) fn decode(encoded: &str) -> Option<String> {
    if encoded.len() > 59 || !encoded.is_ascii() {
        return None;
    }
    let (plain, deltas) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut label: Vec<char> = plain.chars().collect();
    let (mut point, mut index, mut bias) = (128u32, 0u32, 72u32);
    let mut deltas = deltas.bytes().peekable();
    while deltas.peek().is_some() {
        let (start, mut weight, mut base) = (index, 1u32, 36u32);
        loop {
            let digit = match deltas.next()? {
                letter @ b'a'..=b'z' => u32::from(letter - b'a'),
                letter @ b'A'..=b'Z' => u32::from(letter - b'A'),
                number @ b'0'..=b'9' => u32::from(number - b'0') + 26,
                _ => return None,
            };
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = base.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            base += 36;
        }
        let length = u32::try_from(label.len()).ok()? + 1;
        bias = adapt(index - start, length, start == 0);
        point = point.checked_add(index / length)?;
        index %= length;
        label.insert(usize::try_from(index).ok()?, char::from_u32(point)?);
        index += 1;
    }
    Some(label.into_iter().collect())
}

fn adapt(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_domains_become_readable() {
        for (encoded, readable) in [
            ("mnchen-3ya", "münchen"),
            ("bcher-kva", "bücher"),
            ("e1afmkfd", "пример"),
            ("hxajbheg2az3al", "παράδειγμα"),
            ("r8jz45g", "例え"),
            ("mgbh0fb", "مثال"),
        ] {
            assert_eq!(decode(encoded).as_deref(), Some(readable));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(text in "[a-z0-9-]{0,70}|\\PC{0,20}") {
            let _ = decode(&text);
        }
    }
}
