//! One string, prepared for many.

use super::jaro::{Common, LONGEST};
use super::lanes;
use super::masks::Masks;
use super::osa;

/// A string prepared to be compared with many others: about 1 KiB, borrowing the string.
///
/// Preparing costs about as much as one comparison. It serves distances most, and similarities of long strings; of short
/// ones the similarity needs no preparation.
///
/// ```
/// use onefold_identity::matching::kernel::Pattern;
///
/// // Which of the shop's customers may be Ada Lovelace?
/// let ada = Pattern::new("lovelace");
/// let alike = ["babbage", "lovelcae", "wallace"].map(|name| ada.jaro_winkler_at_least(name, 0.88).is_some());
/// assert_eq!(alike, [false, true, false]);
/// ```
#[derive(Clone, Debug)]
pub struct Pattern<'a> {
    text: &'a str,
    /// None where the text is too long or not ASCII.
    masks: Option<Masks<u64>>,
}

impl<'a> Pattern<'a> {
    /// Prepares a string.
    ///
    /// ```
    /// use onefold_identity::matching::kernel::Pattern;
    ///
    /// assert_eq!(Pattern::new("ada").text(), "ada");
    /// ```
    pub fn new(text: &'a str) -> Self {
        let mut masks = Masks::default();
        let known = text.len() <= LONGEST && masks.fill(text.as_bytes());
        Self { text, masks: known.then_some(masks) }
    }

    /// The string itself.
    ///
    /// ```
    /// use onefold_identity::matching::kernel::Pattern;
    ///
    /// assert_eq!(Pattern::new("lovelace").text(), "lovelace");
    /// ```
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// As [`jaro`](super::jaro).
    ///
    /// ```
    /// use onefold_identity::matching::kernel::{Pattern, jaro};
    ///
    /// assert_eq!(Pattern::new("martha").jaro("marhta"), jaro("martha", "marhta"));
    /// ```
    pub fn jaro(&self, other: &str) -> f64 {
        self.common(other).map_or_else(|| strsim::jaro(self.text, other), Common::jaro)
    }

    /// As [`jaro_winkler`](super::jaro_winkler).
    ///
    /// ```
    /// use onefold_identity::matching::kernel::{Pattern, jaro_winkler};
    ///
    /// assert_eq!(Pattern::new("lovelace").jaro_winkler("lovelcae"), jaro_winkler("lovelace", "lovelcae"));
    /// ```
    pub fn jaro_winkler(&self, other: &str) -> f64 {
        match self.common(other) {
            Some(common) => common.winkler(self.text.as_bytes(), other.as_bytes()),
            None => strsim::jaro_winkler(self.text, other),
        }
    }

    /// As [`jaro_winkler_at_least`](super::jaro_winkler_at_least).
    ///
    /// ```
    /// use onefold_identity::matching::kernel::Pattern;
    ///
    /// assert_eq!(Pattern::new("lovelace").jaro_winkler_at_least("babbage", 0.88), None);
    /// ```
    pub fn jaro_winkler_at_least(&self, other: &str, cutoff: f64) -> Option<f64> {
        Some(self.jaro_winkler(other)).filter(|&it| it >= cutoff)
    }

    /// As [`osa`](super::osa).
    ///
    /// ```
    /// use onefold_identity::matching::kernel::Pattern;
    ///
    /// assert_eq!(Pattern::new("lovelace").osa("lovelcae"), 1);
    /// ```
    pub fn osa(&self, other: &str) -> usize {
        match self.distance(other, usize::MAX) {
            Some(Some(distance)) => distance,
            _ => strsim::osa_distance(self.text, other),
        }
    }

    /// As [`osa_at_most`](super::osa_at_most).
    ///
    /// ```
    /// use onefold_identity::matching::kernel::Pattern;
    ///
    /// assert_eq!(Pattern::new("lovelace").osa_at_most("babbage", 2), None);
    /// ```
    pub fn osa_at_most(&self, other: &str, limit: usize) -> Option<usize> {
        match self.distance(other, limit) {
            Some(answer) => answer,
            None => Some(strsim::osa_distance(self.text, other)).filter(|&it| it <= limit),
        }
    }

    #[inline(always)]
    fn common(&self, other: &str) -> Option<Common> {
        let (a, b) = (self.text.as_bytes(), other.as_bytes());
        lanes::common(a, b).or_else(|| Common::find(self.masks.as_ref()?, a.len(), b))
    }

    #[inline(always)]
    fn distance(&self, other: &str, limit: usize) -> Option<Option<usize>> {
        let masks = self.masks.as_ref()?;
        osa::distance(self.text.len(), other.as_bytes(), limit, |letter| masks.of(letter))
    }
}
