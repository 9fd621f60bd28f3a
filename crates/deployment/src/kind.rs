/// The form that a file has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Makes an image.
    Dockerfile,
    /// `NAME=value` lines.
    EnvironmentFile,
    /// Services of docker-compose.
    Compose,
    /// YAML of Kubernetes, Helm, App Engine, Serverless: containers, functions and their environment.
    Manifest,
    /// A workflow of a service that tests what is pushed.
    Workflow,
    /// JSON with scripts or stages: `package.json`, `zappa_settings.json`.
    Scripts,
    /// `name: command` lines.
    Procfile,
    /// Targets of make.
    Makefile,
    /// A unit of systemd.
    Unit,
    /// Programs of supervisor.
    Supervisor,
    /// The INI file of uWSGI.
    ServerSettings,
    /// `gunicorn.conf.py`.
    ServerScript,
    /// `tox.ini`.
    TestRuns,
    /// `pyproject.toml`.
    Project,
    /// A script of the shell.
    ShellScript,
    /// The packages that the program needs.
    Requirements,
}

/// What a file is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Purpose {
    /// What it says is what runs where clients are.
    Deployed,
    /// What it says holds where something that is deployed calls it: a target, a script.
    Called,
    /// It runs where changes are tested.
    Integration,
    /// Its name says that developers use it.
    Development,
}

/// Words in a name that say that developers alone use the file.
const DEVELOPERS: &[&str] = &[
    "dev",
    "devel",
    "develop",
    "development",
    "local",
    "debug",
    "override",
    "test",
    "testing",
    "tests",
    "ci",
];
/// Words in a name that say that the file is there to be copied, not read.
const COPIED: &[&str] = &["example", "sample", "template", "dist", "tmpl", "tpl", "defaults", "schema"];

impl Kind {
    /// The form of the file at `path`, which has `/` between its parts; `None` if it is not one of those.
    pub fn of_path(path: &str) -> Option<Self> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let name = name.to_ascii_lowercase();
        let name = name.as_str();
        Self::of_name(name).or_else(|| Self::of_ending(folders, name))
    }

    fn of_name(name: &str) -> Option<Self> {
        let yaml = || name.ends_with(".yml") || name.ends_with(".yaml");
        Some(match name {
            "dockerfile" | "containerfile" => Self::Dockerfile,
            ".env" | ".flaskenv" => Self::EnvironmentFile,
            "procfile" => Self::Procfile,
            "makefile" | "gnumakefile" => Self::Makefile,
            "tox.ini" => Self::TestRuns,
            "pyproject.toml" => Self::Project,
            "package.json" | "zappa_settings.json" => Self::Scripts,
            "app.yaml" | "app.yml" => Self::Manifest,
            "gunicorn.conf.py" | "gunicorn_conf.py" | "gunicorn_config.py" => Self::ServerScript,
            "supervisord.conf" | "supervisor.conf" => Self::Supervisor,
            _ if name.starts_with("dockerfile.") || name.ends_with(".dockerfile") => Self::Dockerfile,
            _ if name.starts_with("procfile.") => Self::Procfile,
            _ if name.starts_with(".env.") || name.ends_with(".env") => {
                let copied = words(name).any(|word| COPIED.contains(&word));
                return (!copied).then_some(Self::EnvironmentFile);
            }
            _ if (name.starts_with("docker-compose") || name.starts_with("compose")) && yaml() => {
                Self::Compose
            }
            _ if name.starts_with("serverless") && yaml() => Self::Manifest,
            _ if name.ends_with(".mk") => Self::Makefile,
            _ if name.ends_with(".service") => Self::Unit,
            _ if name.ends_with(".ini") && (name.contains("uwsgi") || name == "wsgi.ini") => {
                Self::ServerSettings
            }
            _ if name.starts_with("requirements") && name.ends_with(".txt") => Self::Requirements,
            _ => return None,
        })
    }

    fn of_ending(folders: &str, name: &str) -> Option<Self> {
        let in_folder = |wanted: &str| folders.split('/').any(|folder| folder.eq_ignore_ascii_case(wanted));
        match name.rsplit_once('.')?.1 {
            "yml" | "yaml" if folders.ends_with(".github/workflows") => Some(Self::Workflow),
            "yml" | "yaml" => Some(Self::Manifest),
            "sh" => Some(Self::ShellScript),
            "conf" | "ini"
                if name.contains("supervisor") || in_folder("supervisor") || in_folder("supervisord") =>
            {
                Some(Self::Supervisor)
            }
            "txt" if in_folder("requirements") => Some(Self::Requirements),
            _ => None,
        }
    }

    /// What the file at `path` is for.
    pub fn purpose(self, path: &str) -> Purpose {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (folders, name) = (folders.to_ascii_lowercase(), name.to_ascii_lowercase());
        if self == Self::Workflow {
            return Purpose::Integration;
        }
        if words(&name).any(|word| DEVELOPERS.contains(&word)) || folders.split('/').any(is_for_developers) {
            return Purpose::Development;
        }
        match self {
            Self::Makefile | Self::TestRuns | Self::Project | Self::ShellScript => Purpose::Called,
            Self::Scripts if name == "package.json" => Purpose::Called,
            _ => Purpose::Deployed,
        }
    }
}

fn is_for_developers(folder: &str) -> bool {
    matches!(folder, ".devcontainer" | ".vscode" | "dev" | "development" | "local")
}

/// `docker-compose.dev.yml` has the words docker, compose, dev, yml.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['.', '-', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str) -> Option<(Kind, Purpose)> {
        let kind = Kind::of_path(path)?;
        Some((kind, kind.purpose(path)))
    }

    #[test]
    fn files_are_known_by_their_names() {
        use Purpose::{Called, Deployed, Development, Integration};
        for (path, expected) in [
            ("Dockerfile", Some((Kind::Dockerfile, Deployed))),
            ("web/Dockerfile.prod", Some((Kind::Dockerfile, Deployed))),
            ("Dockerfile.dev", Some((Kind::Dockerfile, Development))),
            (".env", Some((Kind::EnvironmentFile, Deployed))),
            (".env.production", Some((Kind::EnvironmentFile, Deployed))),
            (".env.local", Some((Kind::EnvironmentFile, Development))),
            (".env.example", None),
            ("sample.env", None),
            ("compose.yaml", Some((Kind::Compose, Deployed))),
            ("docker-compose.override.yml", Some((Kind::Compose, Development))),
            ("deploy/k8s/web.yaml", Some((Kind::Manifest, Deployed))),
            (".github/workflows/ci.yml", Some((Kind::Workflow, Integration))),
            ("Makefile", Some((Kind::Makefile, Called))),
            ("deploy/shop.service", Some((Kind::Unit, Deployed))),
            ("uwsgi.ini", Some((Kind::ServerSettings, Deployed))),
            ("etc/supervisor/conf.d/shop.conf", Some((Kind::Supervisor, Deployed))),
            ("package.json", Some((Kind::Scripts, Called))),
            (".vscode/launch.json", None),
            ("app.py", None),
        ] {
            assert_eq!(known(path), expected, "{path}");
        }
    }
}
