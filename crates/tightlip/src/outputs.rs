//! In which formats the report is written, and where to.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tempfile::NamedTempFile;
use tightlip_catalogue::rule_page;
use tightlip_report::{Format, Report, TextStyle, escape_controls, statistics, statistics_json};

/// A format, and the file it is written to: `sarif=report.sarif`. Without a file it goes to standard output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Output {
    format: Format,
    file: Option<PathBuf>,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let format = Format::find(name).ok_or_else(|| {
            let names: Vec<&str> = Format::NAMES.iter().map(|(name, _)| *name).collect();
            format!("the formats are {}", names.join(", "))
        })?;
        match file {
            Some("") => Err("the name of a file is missing behind `=`".to_owned()),
            file => Ok(Output { format, file: file.map(PathBuf::from) }),
        }
    }
}

/// What is shown of the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum View {
    Report(Format),
    Statistics,
    StatisticsJson,
}

impl View {
    fn write(self, report: &Report<'_>, style: TextStyle, out: &mut impl Write) -> io::Result<()> {
        match self {
            View::Report(format) => tightlip_report::write(report, format, style, &rule_page, out),
            View::Statistics => statistics(&report.judgement.findings, out),
            View::StatisticsJson => statistics_json(&report.judgement.findings, out),
        }
    }
}

/// All that one run writes.
#[derive(Debug)]
pub(crate) struct Outputs {
    /// What goes to standard output; nothing where that goes to a file instead.
    standard: Option<View>,
    files: Vec<(View, PathBuf)>,
}

impl Outputs {
    /// What the arguments ask for, or why it cannot be done.
    pub(crate) fn new(formats: &[Output], file: Option<&Path>, statistics: bool) -> Result<Self, String> {
        let (with_file, without): (Vec<_>, Vec<_>) = formats.iter().partition(|output| output.file.is_some());
        if without.len() > 1 {
            return Err("only one format can go to standard output; name files for the others, e.g. \
                        `--output-format sarif=report.sarif`"
                .to_owned());
        }
        let format = without.first().map_or(Format::Text, |output| output.format);
        let standard = view(format, statistics)?;
        let mut files: Vec<(View, PathBuf)> = with_file
            .into_iter()
            .filter_map(|output| Some((View::Report(output.format), output.file.clone()?)))
            .collect();
        if let Some(file) = file {
            files.push((standard, file.to_owned()));
        }
        for (place, (_, file)) in files.iter().enumerate() {
            if files[..place].iter().any(|(_, known)| known == file) {
                return Err(format!("two formats go to {}; name two files", shown(file)));
            }
        }
        Ok(Self { standard: file.is_none().then_some(standard), files })
    }

    /// Whether people read the report on standard output.
    pub(crate) fn is_text(&self) -> bool {
        self.standard == Some(View::Report(Format::Text))
    }

    /// Writes what goes to standard output to `out`.
    pub(crate) fn write_standard(
        &self,
        report: &Report<'_>,
        style: TextStyle,
        out: &mut impl Write,
    ) -> io::Result<()> {
        self.standard.map_or(Ok(()), |view| view.write(report, style, out))
    }

    /// Writes the files. They are written whole or not at all: each is made beside its place, and put there when all
    /// of them are made.
    pub(crate) fn write_files(&self, report: &Report<'_>) -> Result<(), String> {
        let mut made = Vec::with_capacity(self.files.len());
        for (view, file) in &self.files {
            made.push((file, make(*view, report, file).map_err(|error| cannot_write(file, &error))?));
        }
        for (file, made) in made {
            made.map_or(Ok(()), Made::put).map_err(|error| cannot_write(file, &error))?;
        }
        Ok(())
    }
}

fn view(format: Format, statistics: bool) -> Result<View, String> {
    match (statistics, format) {
        (false, format) => Ok(View::Report(format)),
        (true, Format::Text) => Ok(View::Statistics),
        (true, Format::Json) => Ok(View::StatisticsJson),
        (true, _) => Err("statistics are text or json; `--output-format FORMAT=FILE` writes the report \
                          itself beside them"
            .to_owned()),
    }
}

fn cannot_write(file: &Path, error: &io::Error) -> String {
    let help = match error.kind() {
        io::ErrorKind::NotFound => "; the folder it is to be in is not there",
        _ => "",
    };
    format!("{} cannot be written: {error}{help}", shown(file))
}

fn shown(file: &Path) -> String {
    escape_controls(&file.display().to_string()).into_owned()
}

/// A file beside the place it is made for.
struct Made {
    file: NamedTempFile,
    place: PathBuf,
}

impl Made {
    fn put(self) -> io::Result<()> {
        self.file.persist(&self.place).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Makes the file for `place`; what is no file, as `/dev/stderr` or a pipe, is written to at once.
fn make(view: View, report: &Report<'_>, place: &Path) -> io::Result<Option<Made>> {
    let write = |file: &mut dyn Write| {
        let mut out = BufWriter::new(file);
        view.write(report, TextStyle::default(), &mut out)?;
        out.flush()
    };
    // A link stays one, and what it leads to is replaced.
    let place = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
    if fs::metadata(&place).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        write(&mut File::options().write(true).open(&place)?)?;
        return Ok(None);
    }
    if place.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tightlip-");
    // Not for the owner alone, as files for a moment are: as the user's mask says.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    write(file.as_file_mut())?;
    Ok(Some(Made { file, place }))
}
