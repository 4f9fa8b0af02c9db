//! What a request tells beside its body: the type of a message in its path, the packing and the key in its headers.

use std::borrow::Cow;

use onefold_model::Issue;

use super::Call;

/// The path and headers of a request.
///
/// ```
/// use onefold_ingest::Request;
/// let request = Request::new("/api/s/track").header("X-Write-Key", "key1:secret1");
/// assert_eq!(request.kind(), Some("track"));
/// assert_eq!(request.write_key().as_deref(), Some("key1:secret1"));
/// ```
#[derive(Clone, Default)]
pub struct Request {
    path: String,
    headers: Vec<(String, String)>,
}

impl std::fmt::Debug for Request {
    /// Headers hold keys, so their values are not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request").field("path", &self.path).field("headers", &names).finish()
    }
}

impl Request {
    /// A request to a path.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path.into(), headers: Vec::new() }
    }

    /// A header; names are compared without regard to case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The type that the last part of the path names: a call, `batch` or `import`.
    #[must_use]
    pub fn kind(&self) -> Option<&'static str> {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        match path.trim_end_matches('/').rsplit('/').next()? {
            "batch" | "b" => Some("batch"),
            "import" => Some("import"),
            "i" => Some("identify"),
            "t" => Some("track"),
            "p" => Some("page"),
            "g" => Some("group"),
            "a" => Some("alias"),
            name => Call::named(name).map(Call::name),
        }
    }

    /// The key under which the sender writes: the header `X-Write-Key`, or the user name of Basic authorization.
    #[must_use]
    pub fn write_key(&self) -> Option<String> {
        if let Some(key) = self.get("X-Write-Key") {
            return Some(key.into());
        }
        let (scheme, credentials) = self.get("Authorization")?.split_once(' ')?;
        let decoded = String::from_utf8(base64(credentials.trim())?).ok()?;
        scheme.eq_ignore_ascii_case("basic").then(|| decoded.split(':').next().unwrap_or_default().to_owned())
    }

    /// The body without its packing, which a header tells or its first two bytes.
    pub(super) fn unpack<'a>(&self, body: &'a [u8], largest: usize) -> Result<Cow<'a, [u8]>, Issue> {
        if body.len() > largest {
            return Err(too_large());
        }
        let said = self.get("Content-Encoding").unwrap_or_default().to_ascii_lowercase();
        match said.as_str() {
            _ if body.starts_with(b"\x1f\x8b") => unzip(body, largest).map(Cow::Owned),
            // A client may name the packing of a body that a proxy has unpacked.
            "" | "identity" | "gzip" => Ok(Cow::Borrowed(body)),
            _ => Err(Issue::new("unknown_encoding", "", "the body is packed in a way that is not read")),
        }
    }
}

fn too_large() -> Issue {
    Issue::new("body_too_large", "", "the body is larger than the limit")
}

/// Unpacks at most so many bytes, whatever the packed ones promise.
#[cfg(feature = "gzip")]
fn unzip(body: &[u8], largest: usize) -> Result<Vec<u8>, Issue> {
    use std::io::Read;
    let mut unpacked = Vec::new();
    let bound = u64::try_from(largest).unwrap_or(u64::MAX).saturating_add(1);
    match flate2::read::MultiGzDecoder::new(body).take(bound).read_to_end(&mut unpacked) {
        Ok(_) if unpacked.len() > largest => Err(too_large()),
        Ok(_) => Ok(unpacked),
        Err(_) => Err(Issue::new("bad_gzip", "", "the packed body is damaged")),
    }
}

#[cfg(not(feature = "gzip"))]
fn unzip(_: &[u8], _: usize) -> Result<Vec<u8>, Issue> {
    Err(Issue::new("unknown_encoding", "", "the body is gzipped, and this build does not read that"))
}

/// Base64 with its standard alphabet (RFC 4648, section 4), padding optional.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_headers_tell_type_and_key() {
        for (path, kind) in [
            ("/api/s/identify", Some("identify")),
            ("/v1/t", Some("track")),
            ("/v1/batch/", Some("batch")),
            ("/v1/page?x=/track", Some("page")),
            ("/", None),
            ("", None),
            ("/v1/orders", None),
        ] {
            assert_eq!(Request::new(path).kind(), kind, "{path}");
        }
        assert_eq!(Request::default().header("authorization", "Basic V0s6").write_key().as_deref(), Some("WK"));
        assert_eq!(Request::default().header("authorization", "Bearer V0s6").write_key(), None);
        assert_eq!(Request::default().header("authorization", "Basic V0s6!").write_key(), None);
        assert!(!format!("{:?}", Request::default().header("authorization", "Basic V0s6")).contains("V0s6"));
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, packed) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(packed).as_deref(), Some(plain.as_bytes()));
        }
    }
}
