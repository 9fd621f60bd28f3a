use crate::facts::{Facts, Requirement};
use crate::lines::lines;

/// `package==1.2.3`, a line each.
pub(crate) fn read(text: &str) -> Facts {
    let requirements = lines(text).filter_map(|line| requirement(line.text)).collect();
    Facts { requirements, ..Facts::default() }
}

/// What a line like `Flask[async]==2.2.5 ; python_version > "3"` wants.
pub(crate) fn requirement(line: &str) -> Option<Requirement> {
    let line = line.split(['#', ';']).next().unwrap_or_default().trim();
    let end = line.find(['=', '<', '>', '~', '!', '[', ' '])?;
    let package = line[..end].trim().to_ascii_lowercase().replace('_', "-");
    if package.is_empty() || package.starts_with('-') {
        return None;
    }
    // Of several bounds the last one is the upper one, as people write them.
    let bound = line[end..].rsplit(',').next().unwrap_or_default();
    let bound = bound.rsplit(']').next().unwrap_or_default().trim();
    let start = bound.find(|character: char| character.is_ascii_digit())?;
    let (relation, version) = bound.split_at(start);
    let version = version.split('.').map_while(|number| number.parse().ok()).collect();
    Some(Requirement { package, relation: relation.trim().to_owned(), version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let shown = |line: &str| {
            requirement(line)
                .map(|wanted| format!("{}{}{:?}", wanted.package, wanted.relation, wanted.version))
        };
        assert_eq!(shown("Flask==2.2.5  # web").as_deref(), Some("flask==[2, 2, 5]"));
        assert_eq!(shown("flask[async]>=2.0,<2.3").as_deref(), Some("flask<[2, 3]"));
        assert_eq!(shown("Flask_Login ~= 0.6; python_version > '3'").as_deref(), Some("flask-login~=[0, 6]"));
        assert_eq!(shown("flask"), None);
        assert_eq!(shown("-r other.txt"), None);
    }
}
