//! A file that gets its name only when it is complete and on the disk. Until then it lies beside its place under another
//! name, and goes when nobody finishes it: whoever finds a file under the name finds a whole one.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Why a file was not written. What was there is then as it was before.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file is there already.
    #[error("{} exists already: choose another name, or add --force to replace it.", .0.display())]
    Exists(PathBuf),
    /// The disk is full.
    #[error("There is no space left for {}: free some, or choose another disk.", .0.display())]
    DiskFull(PathBuf),
    /// The file cannot be written there.
    #[error("{} cannot be written ({problem}): choose a folder that exists and that you may write to.", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        problem: String,
    },
}

impl FileError {
    /// What an error of the operating system means for the file that was to be written.
    pub fn of(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path.to_owned()),
            _ => Self::NotWritable { path: path.to_owned(), problem: error.to_string() },
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct UnfinishedFile<'p> {
    file: NamedTempFile,
    path: &'p Path,
    replaces: bool,
}

impl<'p> UnfinishedFile<'p> {
    /// Begins a file that is to be called `path`. Refuses where there is one, unless it may be replaced.
    pub fn begin(path: &'p Path, replaces: bool) -> Result<Self, FileError> {
        if !replaces && path.exists() {
            return Err(FileError::Exists(path.to_owned()));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::with_prefix_in(".greenroom-export-", folder);
        Ok(Self { file: file.map_err(|error| FileError::of(path, &error))?, path, replaces })
    }

    /// Where it lies until it is finished.
    pub fn unfinished_path(&self) -> &Path {
        self.file.path()
    }

    /// The open file.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Makes sure that everything is on the disk, and gives the file its name.
    pub fn finish(self) -> Result<(), FileError> {
        let Self { file, path, replaces } = self;
        file.as_file().sync_all().map_err(|error| FileError::of(path, &error))?;
        let named = if replaces { file.persist(path) } else { file.persist_noclobber(path) };
        match named {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(FileError::Exists(path.to_owned())),
            Err(error) => Err(FileError::of(path, &error.error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_has_its_name_only_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let dropped = UnfinishedFile::begin(&path, false).unwrap();
        dropped.file().write_all(b"half").unwrap();
        drop(dropped);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left of it");
        let finished = UnfinishedFile::begin(&path, false).unwrap();
        finished.file().write_all(b"whole").unwrap();
        assert!(!path.exists());
        finished.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_if_that_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let late = UnfinishedFile::begin(&path, false).unwrap();
        std::fs::write(&path, "mine").unwrap();
        assert!(matches!(UnfinishedFile::begin(&path, false), Err(FileError::Exists(_))));
        assert!(matches!(late.finish(), Err(FileError::Exists(_))), "it came in between");
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        UnfinishedFile::begin(&path, true).unwrap().finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        let nowhere = folder.path().join("no/out.csv");
        assert!(matches!(UnfinishedFile::begin(&nowhere, false), Err(FileError::NotWritable { .. })));
    }
}
