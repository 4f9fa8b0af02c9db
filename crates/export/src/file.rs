//! A file that is complete or absent.
//!
//! Whoever waits for a file must never read half of one. So each delivery writes under another name (`.part` at the
//! end), synchronises, and renames; until then the file of an earlier delivery stands as it was. One delivery makes one
//! file: a later one replaces it.
//!
//! The file holds personal data, so it is its owner's alone (mode 600) until the application says otherwise.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::{Destination, Engine, Error, Progress, Receipt, Response, Work};

#[derive(Debug)]
pub(crate) struct Whole {
    path: PathBuf,
    part: PathBuf,
    /// Open before the first delivery, so that a folder that cannot be written is noticed early.
    open: Option<File>,
}

impl Whole {
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let mut file = Self { path: path.into(), part: part.into(), open: None };
        file.open = Some(file.begin()?);
        Ok(file)
    }

    fn begin(&self) -> Result<File, Error> {
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.part).map_err(Error::io("create", &self.part))
    }

    /// Writes a head and the work as the destination encodes it, then makes the file.
    pub(crate) fn write(
        &mut self,
        head: &[u8],
        destination: &dyn Destination,
        work: Work,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<Receipt, Error> {
        let mut engine = Engine::new(work, destination)?;
        let file = match self.open.take() {
            Some(file) => file,
            None => self.begin()?,
        };
        let written = (|| {
            let mut to = BufWriter::new(file);
            to.write_all(head)?;
            while let Some(request) = engine.request() {
                to.write_all(&request.payload.body)?;
                engine.answer(&Response::OK);
                watch(engine.progress());
            }
            to.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(&self.part, &self.path)?;
            sync_folder(&self.path)
        })();
        match written {
            Ok(()) => Ok(engine.finish()),
            Err(source) => {
                // What is half there goes; if it cannot, the first error says more.
                let _ = fs::remove_file(&self.part);
                Err(Error::Io { doing: "write", path: self.path.clone(), source })
            }
        }
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if self.open.take().is_some() {
            // Nothing was delivered: nothing is left.
            let _ = fs::remove_file(&self.part);
        }
    }
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
