//! Captured requests: `NNNN.raw` as it came over the wire, `NNNN.meta.json` with path, headers and the time of
//! reception, and `NNNN.body.json`, the body as another program decoded it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Failure;

/// One request.
#[derive(Default)]
pub struct Capture {
    pub raw: Option<Vec<u8>>,
    pub meta: Option<Vec<u8>>,
    pub body: Option<Vec<u8>>,
}

/// All requests in a folder and the folders below, by folder and number.
pub fn find(root: &Path) -> Result<BTreeMap<(String, String), Capture>, Failure> {
    if !root.is_dir() {
        return Err(format!("`{}` is not a folder that can be read", root.display()).into());
    }
    let mut all = BTreeMap::new();
    walk(root, root, &mut all)?;
    Ok(all)
}

fn walk(root: &Path, folder: &Path, all: &mut BTreeMap<(String, String), Capture>) -> Result<(), Failure> {
    let unreadable = |path: &Path, error: std::io::Error| format!("cannot read `{}`: {error}", path.display());
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.is_dir() {
            walk(root, &path, all)?;
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((stem, kind)) = name.split_once('.') else { continue };
        let within = folder.strip_prefix(root).unwrap_or(folder);
        let within = if within.as_os_str().is_empty() {
            root.file_name().unwrap_or(root.as_os_str())
        } else {
            within.as_os_str()
        };
        if !matches!(kind, "raw" | "meta.json" | "body.json") {
            continue;
        }
        let capture: &mut Capture = all.entry((within.to_string_lossy().into_owned(), stem.to_owned())).or_default();
        let bytes = Some(fs::read(&path).map_err(|error| unreadable(&path, error))?);
        match kind {
            "raw" => capture.raw = bytes,
            "meta.json" => capture.meta = bytes,
            _ => capture.body = bytes,
        }
    }
    Ok(())
}
