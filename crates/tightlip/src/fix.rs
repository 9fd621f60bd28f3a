//! Fixes in rounds: what goes together is put together in memory, checked as a whole, and only then kept.

mod blame;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use tightlip_catalogue::OwnModel;
use tightlip_fix::{Composition, Fix, Options, Proposal, Safety, compose};
use tightlip_languages::Language;
use tightlip_rules::Finding;

use blame::{Tried, blame};

use crate::analyse::{Analysis, analyse};
use crate::discover::{Discovery, Found};
use crate::texts::Texts;
use crate::write::FixedFile;

/// More analyses than these are not made: the rest is left for the next run.
const MOST_ATTEMPTS: usize = 60;

/// What fixes have made of the files.
pub(crate) struct Fixed {
    /// What is left.
    pub(crate) analysis: Analysis,
    /// Files that are changed or new, by path.
    pub(crate) files: Vec<FixedFile>,
    /// How many findings are mended.
    pub(crate) mended: usize,
    /// Why fixes were not applied that failed their check, by the fingerprint of the finding.
    pub(crate) failed: HashMap<String, String>,
}

/// A fix and the findings that it mends, as indexes.
#[derive(Clone)]
struct Candidate {
    fix: Fix,
    findings: Vec<usize>,
}

struct Mending<'a> {
    discovery: Discovery,
    texts: Texts,
    changed: BTreeMap<String, FixedFile>,
    own: &'a [OwnModel],
    /// Whether a finding is reported, and so may be mended.
    is_asked: &'a dyn Fn(&Finding) -> bool,
    most: Safety,
    options: Options,
    failed: HashMap<String, String>,
    attempts: usize,
    mended: usize,
    /// Whether fixes were kept since the first one failed.
    is_outdated: bool,
}

/// Applies fixes that are as safe as `most` allows, until none is left that passes its check: so a second time there is
/// nothing to do. Nothing is written.
pub(crate) fn mend(
    discovery: Discovery,
    analysis: Analysis,
    own: &[OwnModel],
    is_asked: &dyn Fn(&Finding) -> bool,
    most: Safety,
    options: Options,
) -> Result<Fixed, String> {
    let mut mending = Mending {
        discovery,
        texts: Texts::default(),
        changed: BTreeMap::new(),
        own,
        is_asked,
        most,
        options,
        failed: HashMap::new(),
        attempts: 0,
        mended: 0,
        is_outdated: false,
    };
    let mut analysis = analysis;
    loop {
        let candidates = mending.candidates(&analysis);
        if mending.attempts >= MOST_ATTEMPTS {
            break;
        }
        if candidates.is_empty() {
            if !mending.is_outdated {
                break;
            }
            // What failed beside what has been mended since may pass now.
            mending.is_outdated = false;
            mending.failed.clear();
            continue;
        }
        if let Some(next) = mending.settle(&analysis, candidates)? {
            analysis = next;
        }
    }
    let files = mending.changed.into_values().filter(|file| file.before.as_deref() != Some(&file.after));
    Ok(Fixed { analysis, files: files.collect(), mended: mending.mended, failed: mending.failed })
}

impl Mending<'_> {
    /// The fixes that may be applied and have not failed.
    fn candidates(&self, analysis: &Analysis) -> Vec<Candidate> {
        let findings = &analysis.judgement.findings;
        let is_open = |proposal: &&Proposal| {
            proposal.findings.iter().all(|index| {
                let finding = &findings[*index];
                (self.is_asked)(finding) && !self.failed.contains_key(&finding.fingerprint)
            })
        };
        let open = analysis.proposals.iter().filter(is_open);
        let candidate = |proposal: &Proposal| {
            let fix = proposal.outcome.as_ref().ok()?;
            let may = fix.safety <= self.most && fix.safety != Safety::DisplayOnly;
            may.then(|| Candidate { fix: fix.clone(), findings: proposal.findings.clone() })
        };
        open.filter_map(candidate).collect()
    }

    /// Keeps as many of the candidates as pass their check together. `None` where all that was left of them failed.
    fn settle(
        &mut self,
        analysis: &Analysis,
        candidates: Vec<Candidate>,
    ) -> Result<Option<Analysis>, String> {
        let mut candidates = candidates;
        loop {
            self.attempts += 1;
            let fixes: Vec<Fix> = candidates.iter().map(|candidate| candidate.fix.clone()).collect();
            let texts = self.current_texts(&fixes);
            let composition = compose(&fixes, |path| texts.get(path).map(String::as_str));
            if composition.applied.is_empty() {
                self.fail(analysis, &candidates, "its place is not there any more");
                return Ok(None);
            }
            let of_applied = |index: &usize| candidates[*index].clone();
            let tried: Vec<Candidate> = composition.applied.iter().map(of_applied).collect();
            let (discovery, overlay) = self.with(&composition);
            let after = analyse(&discovery, self.own, &overlay, self.options)?;
            let blame = blame(
                analysis,
                &after,
                &Tried { candidates: &candidates, fixes: &fixes, composition: &composition },
            );
            if blame.is_empty() {
                self.keep(composition, discovery, overlay, &tried);
                return Ok(Some(after));
            }
            let is_innocent = |index: &&usize| !blame.contains_key(index);
            let innocent: Vec<Candidate> =
                composition.applied.iter().filter(is_innocent).map(of_applied).collect();
            let (certain, suspects): (Vec<_>, Vec<_>) =
                blame.iter().partition(|(_, accusation)| accusation.is_certain);
            for (index, accusation) in &certain {
                self.fail(analysis, &[of_applied(index)], &accusation.reason);
            }
            candidates = match (innocent.is_empty(), suspects.as_slice()) {
                (false, _) => innocent,
                (true, []) => return Ok(None),
                (true, [(only, accusation)]) => {
                    self.fail(analysis, &[of_applied(only)], &accusation.reason);
                    return Ok(None);
                }
                // One of them may be to blame for what all are suspected of.
                (true, suspects) => {
                    let first_half = suspects.iter().take(suspects.len() / 2);
                    first_half.map(|(index, _)| of_applied(index)).collect()
                }
            };
        }
    }

    fn fail(&mut self, analysis: &Analysis, candidates: &[Candidate], reason: &str) {
        for index in candidates.iter().flat_map(|candidate| &candidate.findings) {
            let fingerprint = analysis.judgement.findings[*index].fingerprint.clone();
            self.failed.insert(fingerprint, reason.to_owned());
        }
    }

    /// The texts of the files that the fixes change, by path.
    fn current_texts(&self, fixes: &[Fix]) -> HashMap<String, String> {
        let paths: HashSet<&str> =
            fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.path.as_str()).collect();
        let known = |path: &str| {
            let location = self.location(path)?;
            Some((path.to_owned(), self.texts.read(&location).ok()?.text))
        };
        paths.into_iter().filter_map(known).collect()
    }

    fn location(&self, path: &str) -> Option<PathBuf> {
        let Discovery { files, deployment, templates, .. } = &self.discovery;
        let files = files.iter().map(|file| (&file.path, &file.location));
        let deployment = deployment.iter().map(|file| (&file.path, &file.location));
        let templates = templates.iter().map(|file| (&file.path, &file.location));
        let mut all = files.chain(deployment).chain(templates);
        all.find(|(known, _)| *known == path).map(|(_, location)| location.clone())
    }

    /// What there is to check when the composition is applied.
    fn with(&self, composition: &Composition) -> (Discovery, Texts) {
        let (mut discovery, mut texts) = (self.discovery.clone(), self.texts.clone());
        for (path, text) in &composition.texts {
            let location = self.location(path).unwrap_or_else(|| {
                let location = PathBuf::from(path);
                if let Some(language) = Language::of_path(&location) {
                    discovery.files.push(Found { path: path.clone(), location: location.clone(), language });
                    discovery.files.sort_by(|one, other| one.path.cmp(&other.path));
                }
                location
            });
            texts.change(location, text.clone());
        }
        (discovery, texts)
    }

    fn keep(&mut self, composition: Composition, discovery: Discovery, texts: Texts, tried: &[Candidate]) {
        for (path, after) in composition.texts {
            let location = self.location(&path);
            match self.changed.get_mut(&path) {
                Some(file) => file.after = after,
                None => {
                    let before =
                        location.as_ref().and_then(|location| Some(self.texts.read(location).ok()?.text));
                    let location = location.unwrap_or_else(|| PathBuf::from(&path));
                    self.changed.insert(path.clone(), FixedFile { path, location, before, after });
                }
            }
        }
        self.discovery = discovery;
        self.texts = texts;
        self.is_outdated = !self.failed.is_empty();
        self.mended += tried.iter().map(|candidate| candidate.findings.len()).sum::<usize>();
    }
}
