//! Do two names sound alike, in any script?
//!
//! A key to find candidates by, not to judge them: names that a listener may confuse get the same key, and so do many
//! that no one would.
//!
//! The idea is Soundex, by R. C. Russell (US patents 1,261,167 of 1918 and 1,435,663 of 1922) and M. K. Odell: letters
//! fall into few classes, vowels only separate, and a class repeated counts once. What we changed, so that Catherine meets
//! Katherine, and Kowalski Ковальский:
//!
//! - The first letter counts by its class like the rest, and all vowels at the beginning are one class. `j` is `y`, and
//!   so is Cyrillic `дж`: Julia, Iulia, Юлия.
//! - Classes are finer: hissing letters (`s z sh ch c` before `e i y`) apart from `k g q x`, `v f w` apart from `b p`,
//!   `m` apart from `n`.
//! - Groups of letters are read as one sound: `ph pf sch tch tz cz kh`, silent `gh kn wr`, `w` that only rounds a vowel.
//! - Cyrillic and Greek are first spelled in Latin letters. Other scripts have no rules here: their key is a digest of
//!   the letters themselves, the same for the same text.
//! - Up to six sounds, instead of four.
//!
//! Deliberately absent: the rules of one language. Spanish `j`, French endings and Slavic `ch` are read as above, wrongly
//! at times. Pass a folded word; the accents that are met all the same are dropped.

/// How many sounds a key holds, four bits each.
const SOUNDS: u32 = 6;
/// How many spelled letters of a word are looked at.
const SPELLED: usize = 48;
/// The mark of a key that digests the letters.
const DIGEST: u64 = 1 << 63;

/// The key of how a word sounds: the same for words that sound alike, zero for a word without letters.
///
/// ```
/// use onefold_identity::matching::kernel::phonetic;
///
/// // Over the telephone, Ada may be anyone of these.
/// assert_eq!(phonetic("ada"), phonetic("ida"));
/// assert_eq!(phonetic("catherine"), phonetic("katharina"));
/// assert_eq!(phonetic("philipp"), phonetic("filip"));
/// assert_eq!(phonetic("Kowalski"), phonetic("Ковальский"));
/// assert_eq!(phonetic("Nikos"), phonetic("Νίκος"));
/// assert_ne!(phonetic("lovelace"), phonetic("babbage"));
/// assert_ne!(phonetic("さくら"), phonetic("ひなた"));
/// assert_eq!(phonetic("--"), 0);
/// ```
pub fn phonetic(word: &str) -> u64 {
    let mut spelled = Spelled::default();
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut foreign = false;
    for c in word.chars().flat_map(char::to_lowercase) {
        match spell(c) {
            Some(letters) => letters.bytes().for_each(|letter| spelled.push(letter)),
            None => foreign |= c.is_alphanumeric(),
        }
        if c.is_alphanumeric() {
            // FNV-1a, a character a step.
            digest = (digest ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    if foreign { digest | DIGEST } else { spelled.sounds() }
}

/// A word in Latin letters; the digits are sounds already.
struct Spelled {
    letters: [u8; SPELLED],
    len: usize,
}

impl Default for Spelled {
    fn default() -> Self {
        Self { letters: [0; SPELLED], len: 0 }
    }
}

impl Spelled {
    fn push(&mut self, letter: u8) {
        if let Some(slot) = self.letters.get_mut(self.len) {
            *slot = letter;
            self.len += 1;
        }
    }

    fn sounds(&self) -> u64 {
        let (mut key, mut count, mut last) = (0_u64, 0, Sound::Rest);
        let mut rest = self.letters.get(..self.len).unwrap_or_default();
        let mut before = 0;
        while let Some(&letter) = rest.first() {
            if count == SOUNDS {
                break;
            }
            let (sound, taken) = hear(rest, before);
            before = letter;
            rest = rest.get(taken..).unwrap_or_default();
            for sound in sound {
                // What is not heard separates nothing; a vowel separates, and is itself heard at the beginning only.
                if sound == Sound::Silent || sound == Sound::Vowel && count > 0 {
                    if sound == Sound::Vowel {
                        last = Sound::Rest;
                    }
                } else if sound != last && count < SOUNDS {
                    key |= (sound as u64) << (4 * count);
                    count += 1;
                    last = sound;
                }
            }
        }
        // Nothing but silent letters: as a vowel.
        if count == 0 && self.len > 0 { Sound::Vowel as u64 } else { key }
    }
}

/// The classes of sounds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sound {
    Rest = 0,
    Vowel = 1,
    Lips = 2,
    Breath = 3,
    Throat = 4,
    Hiss = 5,
    Teeth = 6,
    Liquid = 7,
    Hum = 8,
    Nose = 9,
    Roll = 10,
    Silent = 11,
}

/// What the next letters sound like, and how many they are.
fn hear(rest: &[u8], before: u8) -> ([Sound; 2], usize) {
    use Sound::{Breath, Hiss, Hum, Lips, Liquid, Nose, Roll, Silent, Teeth, Throat, Vowel};
    let one = |sound, taken| ([sound, Silent], taken);
    let first = before == 0;
    match rest {
        [b'g' | b'k' | b'p', b'n', ..] | [b'p', b's', ..] | [b'p', b't', ..] | [b'w', b'r', ..] if first => {
            one(Silent, 1)
        }
        [b'x', ..] if first => one(Hiss, 1),
        [b'p', b'h' | b'f', ..] | [b'w', b'h', ..] => one(Breath, 2),
        [b's', b'c', b'h', ..] => one(Hiss, 3),
        [b't', b's', b'c', b'h', ..] => one(Hiss, 4),
        [b't', b'c', b'h', ..] => one(Hiss, 3),
        [b's' | b'c', b'z', ..] | [b's', b'h', ..] | [b't', b's' | b'z', ..] => one(Hiss, 2),
        [b'd', b'j', ..] => one(Vowel, 2),
        [b'd', b'z', b'h', ..] => one(Vowel, 3),
        // Bach, Heinrich, Christ, Michael; but Charles, Chiara, Richard.
        [b'c', b'h'] | [b'c', b'h', b'l' | b'm' | b'n' | b'r' | b's' | b't' | b'w', ..] => one(Throat, 2),
        [b'c', b'h', b'a', b'e', ..] => one(Throat, 2),
        [b'c', b'h', ..] => one(Hiss, 2),
        [b'c', b'e' | b'i' | b'y', ..] => one(Hiss, 1),
        // Vaughan, Wright, Hugh.
        [b'g', b'h'] | [b'g', b'h', b'a' | b'n' | b't', ..] if vowel(before) => one(Silent, 2),
        [b'w'] => one(Silent, 1),
        [b'w', next, ..] if !first && !vowel(*next) && *next != b's' => one(Silent, 1),
        [b'x', ..] => ([Throat, Hiss], 1),
        [b'b' | b'p', ..] => one(Lips, 1),
        [b'f' | b'v' | b'w', ..] => one(Breath, 1),
        [b'c' | b'g' | b'k' | b'q', ..] => one(Throat, 1),
        [b's' | b'z', ..] => one(Hiss, 1),
        [b'd' | b't', ..] => one(Teeth, 1),
        [b'l', ..] => one(Liquid, 1),
        [b'm', ..] => one(Hum, 1),
        [b'n', ..] => one(Nose, 1),
        [b'r', ..] => one(Roll, 1),
        [letter, ..] if vowel(*letter) => one(Vowel, 1),
        _ => one(Silent, 1),
    }
}

fn vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'j' | b'o' | b'u' | b'y')
}

/// A lower-case character in Latin letters, if its script is Latin, Greek or Cyrillic; a mark is spelled as nothing.
fn spell(c: char) -> Option<&'static str> {
    latin(c).or_else(|| cyrillic(c)).or_else(|| greek(c))
}

fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{300}'..='\u{36F}' | '\u{2BB}'..='\u{2BF}' | 'ʹ' | 'ʺ' => "",
        'a' | 'à'..='æ' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ǟ' | 'ǽ' | 'ȁ' | 'ȃ' | 'ȧ' => "a",
        'b' | 'ḃ' | 'ḅ' | 'ḇ' => "b",
        'c' => "c",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' | 'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ź' | 'ż' | 'ž' | 'z' | 'ß' | 'ſ' => {
            "z"
        }
        'd' | 'ď' | 'đ' | 'ð' | 'ḋ' | 'ḍ' | 'ḏ' | 'ḑ' => "d",
        'e' | 'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ə' | 'ǝ' | 'ȅ' | 'ȇ' | 'ȩ' => "e",
        'f' | 'ḟ' => "f",
        'g' | 'ĝ' | 'ğ' | 'ġ' | 'ģ' | 'ǧ' | 'ǵ' | 'ḡ' => "g",
        'h' | 'ĥ' | 'ħ' | 'ḣ' | 'ḥ' | 'ḫ' => "h",
        'i' | 'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' | 'ȉ' | 'ȋ' => "i",
        'j' | 'ĵ' | 'ǰ' => "j",
        'k' | 'ķ' | 'ĸ' | 'ǩ' | 'ḱ' | 'ḳ' | 'ḵ' => "k",
        'l' | 'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' | 'ḷ' | 'ḻ' => "l",
        'm' | 'ḿ' | 'ṁ' | 'ṃ' => "m",
        'n' | 'ñ' | 'ń' | 'ņ' | 'ň' | 'ŉ' | 'ŋ' | 'ǹ' | 'ṅ' | 'ṇ' | 'ṉ' => "n",
        'o' | 'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'œ' | 'ơ' | 'ǒ' | 'ǫ' | 'ǿ' | 'ȍ' | 'ȏ' | 'ȫ'..='ȱ' => {
            "o"
        }
        'p' | 'ṕ' | 'ṗ' => "p",
        'q' => "q",
        'r' | 'ŕ' | 'ŗ' | 'ř' | 'ȑ' | 'ȓ' | 'ṙ' | 'ṛ' | 'ṟ' => "r",
        's' | 'ṡ' | 'ṣ' => "s",
        't' | 'ţ' | 'ť' | 'ŧ' | 'ț' | 'þ' | 'ṫ' | 'ṭ' | 'ṯ' => "t",
        'u' | 'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ǔ' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' | 'ȕ' | 'ȗ' => {
            "u"
        }
        'v' | 'ṽ' | 'ṿ' => "v",
        'w' | 'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' | 'ẇ' => "w",
        'x' | 'ẋ' | 'ẍ' => "x",
        'y' | 'ý' | 'ÿ' | 'ŷ' | 'ȳ' | 'ẏ' => "y",
        'ẑ' | 'ẓ' | 'ẕ' => "z",
        // The vowels of Vietnamese; vowels are all alike.
        'ạ'..='ỹ' => "a",
        _ => return None,
    })
}

fn cyrillic(c: char) -> Option<&'static str> {
    Some(match c {
        'ъ' | 'ь' => "",
        'а' | 'я' | 'є' | 'е' | 'ё' | 'э' | 'ѐ' | 'і' | 'ї' | 'и' | 'ы' | 'ѝ' | 'ө' | 'о' | 'у' | 'ў' | 'ү' | 'ұ'
        | 'ю' | 'ә' => "a",
        'й' | 'ј' => "y",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' | 'ғ' => "g",
        'һ' => "h",
        'д' | 'ђ' => "d",
        'џ' => "dj",
        // `дж` is spelled `dzh`, as one sound.
        'ж' => "zh",
        'з' | 'ѕ' | 'ц' | 'ч' | 'ш' | 'щ' => "z",
        'к' | 'қ' | 'ќ' | 'х' => "k",
        'л' | 'љ' => "l",
        'м' => "m",
        'н' | 'ң' | 'њ' => "n",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' | 'ћ' => "t",
        'ѓ' => "g",
        'ф' => "f",
        _ => return None,
    })
}

fn greek(c: char) -> Option<&'static str> {
    Some(match c {
        'α' | 'ε' | 'η' | 'ι' | 'ο' | 'υ' | 'ω' | 'ά'..='ί' | 'ό'..='ώ' | 'ϊ' | 'ϋ' | 'ΐ' | 'ΰ' => "a",
        // The accented vowels of old spelling, and `ῥ` among them.
        'ῤ' | 'ῥ' | 'ρ' => "r",
        'ἀ'..='ῼ' if c.is_alphabetic() => "a",
        'β' => "v",
        'γ' => "g",
        'δ' | 'τ' | 'θ' => "t",
        'ζ' | 'σ' | 'ς' => "s",
        'κ' | 'χ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'π' => "p",
        'φ' => "f",
        'ψ' => "ps",
        _ => return None,
    })
}
