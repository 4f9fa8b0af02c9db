//! Keyed hashing: HMAC-SHA-256 (RFC 2104, FIPS 180-4), cut to 128 bits.
//!
//! An unkeyed hash of an e-mail address is a disguise, not a protection: anybody can try a list of addresses against
//! it. So every id made from content is keyed per tenant, and two tenants' tokens have nothing in common.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The tenant's key for tokens: 32 secret bytes, kept by the application (see `onefold-store`'s key file).
#[derive(Clone)]
pub struct TokenKey(Hmac<Sha256>);

impl TokenKey {
    /// The keyed hash of some parts under a domain: `("email", "ada@example.com")` and `("emaila", "da@example.com")`
    /// differ, since each part's length goes in before it.
    pub(crate) fn hash(&self, domain: &str, parts: &[&[u8]]) -> [u8; 16] {
        let mut mac = self.0.clone();
        for part in std::iter::once(domain.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        let mut out = [0; 16];
        for (to, from) in out.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
        out
    }

    /// A public name for this key: what a store remembers so as to refuse a wrong key.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 16] {
        self.hash("fingerprint", &[])
    }
}

impl From<[u8; 32]> for TokenKey {
    fn from(key: [u8; 32]) -> Self {
        // HMAC-SHA-256 pads keys below its block of 64 bytes with zeros, so this is the key itself.
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(key) {
            *to = from;
        }
        Self(Hmac::new(&block.into()))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key = TokenKey::from([7; 32]);
        assert_ne!(key.hash("a", &[b"bc", b"d"]), key.hash("a", &[b"b", b"cd"]));
        assert_ne!(key.hash("a", &[b"bc"]), TokenKey::from([8; 32]).hash("a", &[b"bc"]));
    }
}
