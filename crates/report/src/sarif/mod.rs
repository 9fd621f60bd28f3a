//! SARIF 2.1.0, for code scanning services.

mod log;
mod web;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use tightlip_rules::{Application, ControlReport, Finding, Place, Rule, Severity, Step};

use self::log::*;
use crate::escape::percent_encode;
use crate::page::{first_paragraph, page_body};
use crate::paths::below;
use crate::position::{Position, Positions, clamp};
use crate::{Applicability, Gravity, Problem, Repair, Report};

/// Gives each rule its page of the catalogue, in Markdown.
pub type RulePages<'a> = &'a dyn Fn(Rule) -> &'a str;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://github.com/tightlip/tightlip";
const ROOT: &str = "SRCROOT";
/// A longer text is no help in a list of alerts.
const LONGEST_SNIPPET: usize = 1_000;

/// Writes the report as SARIF 2.1.0.
///
/// The rules are those that something was found of. A service reads the weight of an alert from its rule, so a rule has
/// the weight of its gravest finding; each finding has its own beside it. How the controls of each application stand
/// is in the properties of the run.
pub fn sarif(report: &Report<'_>, pages: RulePages<'_>, out: &mut impl Write) -> io::Result<()> {
    let writer = Writer { positions: Positions::default(), base: report.base };
    let findings = &report.judgement.findings;
    let gravest = gravest(findings);
    let order: Vec<Rule> = gravest.keys().copied().collect();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "tightlip",
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: HOME,
                rules: gravest
                    .iter()
                    .map(|(rule, severity)| descriptor(*rule, *severity, pages(*rule)))
                    .collect(),
            },
        },
        invocations: vec![writer.invocation(report.problems)],
        original_uri_base_ids: BTreeMap::from([(
            ROOT,
            UriBase { description: Message::new("The folder that the paths are relative to") },
        )]),
        column_kind: "utf16CodeUnits",
        results: findings
            .iter()
            .enumerate()
            .map(|(at, finding)| {
                let index = order.iter().position(|rule| *rule == finding.rule).unwrap_or_default();
                writer.result(finding, report.repairs.get(at), index)
            })
            .collect(),
        properties: writer.properties(&report.judgement.applications),
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: vec![run] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn gravest(findings: &[Finding]) -> BTreeMap<Rule, Severity> {
    let mut gravest = BTreeMap::new();
    for finding in findings {
        let known = gravest.entry(finding.rule).or_insert(finding.severity);
        *known = finding.severity.max(*known);
    }
    gravest
}

fn descriptor(rule: Rule, severity: Severity, page: &str) -> Descriptor {
    let summary = capitalized(rule.summary());
    let body = page_body(page);
    let mut tags = vec!["security".to_owned()];
    tags.extend(rule.weaknesses().iter().map(|number| format!("external/cwe/cwe-{number:03}")));
    Descriptor {
        id: rule.code(),
        name: rule.name(),
        full_description: Message::new(first_paragraph(page).unwrap_or_else(|| format!("{summary}."))),
        short_description: Message::new(summary),
        help: Help { text: body.to_owned(), markdown: body.to_owned() },
        default_configuration: Configuration { level: level(severity) },
        properties: RuleProperties { tags, security_severity: security_severity(severity) },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.3",
        Severity::High => "7.5",
        Severity::Medium => "5.3",
        Severity::Low => "3.1",
        Severity::Info => "0.0",
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

struct Writer<'a> {
    positions: Positions,
    base: Option<&'a str>,
}

impl Writer<'_> {
    fn result(&self, finding: &Finding, repair: Option<&Repair>, rule_index: usize) -> ResultEntry {
        let mut message = format!("{}.", capitalized(&finding.message));
        if let Some(example) = &finding.example {
            message.push_str(&format!(" A client could be sent: {example}"));
        }
        if !finding.remedy.is_empty() {
            message.push_str(&format!("\nFix: {}.", finding.remedy));
        }
        let exchange = finding.evidence.as_ref().and_then(|evidence| evidence.exchange.as_ref());
        ResultEntry {
            rule_id: finding.rule.code(),
            rule_index,
            level: level(finding.severity),
            message: Message::new(message),
            locations: vec![self.location(&finding.place, None)],
            code_flows: self.code_flows(&finding.steps),
            fixes: repair.and_then(|repair| self.fix(repair)).into_iter().collect(),
            partial_fingerprints: BTreeMap::from([("tightlip/v1", finding.fingerprint.clone())]),
            web_request: exchange.map(web::request),
            web_response: exchange.map(web::response),
            properties: ResultProperties {
                severity: finding.severity.name(),
                confidence: finding.confidence.name(),
                security_severity: security_severity(finding.severity),
                evidence: finding.evidence.as_ref().map(web::verdict),
            },
        }
    }

    /// A fix that can be applied, file by file.
    fn fix(&self, repair: &Repair) -> Option<FixEntry> {
        let mut changes: BTreeMap<&str, Vec<Replacement>> = BTreeMap::new();
        for change in &repair.changes {
            let (start, end) = (self.positions.start(&change.place), self.positions.end(&change.place));
            changes.entry(&change.place.file.path).or_default().push(Replacement {
                deleted_region: region(start, Some(end), None),
                inserted_content: Message::new(change.replacement.clone()),
            });
        }
        let may = matches!(repair.applicability, Applicability::Safe | Applicability::Unsafe);
        (may && !changes.is_empty()).then(|| FixEntry {
            description: Message::new(format!("{}.", capitalized(&repair.title))),
            artifact_changes: changes
                .into_iter()
                .map(|(path, replacements)| ArtifactChange {
                    artifact_location: self.artifact(path),
                    replacements,
                })
                .collect(),
        })
    }

    fn properties(&self, applications: &[Application]) -> Option<RunProperties> {
        let entry = |application: &Application| ApplicationEntry {
            name: application.name.clone(),
            framework: application.framework.clone(),
            location: self.location(&application.place, None),
            controls: application.controls.iter().map(|control| self.control(control)).collect(),
        };
        let applications: Vec<ApplicationEntry> = applications.iter().map(entry).collect();
        (!applications.is_empty()).then_some(RunProperties { applications })
    }

    fn control(&self, report: &ControlReport) -> ControlEntry {
        ControlEntry {
            control: report.control.title(),
            state: report.state.name(),
            reason: report.reason.clone(),
            location: report.place.as_ref().map(|place| self.location(place, None)),
        }
    }

    fn code_flows(&self, steps: &[Step]) -> Vec<CodeFlow> {
        if steps.is_empty() {
            return Vec::new();
        }
        let locations = steps
            .iter()
            .map(|step| ThreadFlowLocation { location: self.location(&step.place, Some(&step.note)) })
            .collect();
        vec![CodeFlow { thread_flows: vec![ThreadFlow { locations }] }]
    }

    fn location(&self, place: &Place, note: Option<&str>) -> Location {
        let start = self.positions.start(place);
        let end = self.positions.end(place);
        let (from, to) = clamp(&place.file.text, place.span);
        let text = &place.file.text[from..to];
        let snippet = (!text.is_empty() && text.len() <= LONGEST_SNIPPET).then(|| Message::new(text));
        Location {
            physical_location: PhysicalLocation {
                artifact_location: match place.file.is_request() {
                    true => ArtifactLocation::of_request(&place.file.path),
                    false => self.artifact(&place.file.path),
                },
                region: Some(region(start, Some(end), snippet)),
            },
            message: note.map(Message::new),
        }
    }

    fn artifact(&self, path: &str) -> ArtifactLocation {
        let path = below(self.base, path);
        if Path::new(&*path).is_absolute() {
            ArtifactLocation::absolute(percent_encode(&path))
        } else {
            ArtifactLocation::relative(percent_encode(&path))
        }
    }

    fn invocation(&self, problems: &[Problem]) -> Invocation {
        Invocation {
            execution_successful: problems.iter().all(|problem| problem.gravity != Gravity::Error),
            tool_execution_notifications: problems.iter().map(|problem| self.notification(problem)).collect(),
        }
    }

    fn notification(&self, problem: &Problem) -> Notification {
        let region = problem.place.map(|(line, column)| Region {
            start_line: line,
            start_column: column,
            end_line: None,
            end_column: None,
            snippet: None,
        });
        let physical_location = PhysicalLocation { artifact_location: self.artifact(&problem.path), region };
        Notification {
            level: problem.gravity.name(),
            message: Message::new(format!("{}.", capitalized(&problem.message))),
            locations: vec![Location { physical_location, message: None }],
        }
    }
}

fn region(start: Position, end: Option<Position>, snippet: Option<Message>) -> Region {
    Region {
        start_line: start.line,
        start_column: start.utf16_column,
        end_line: end.map(|end| end.line),
        end_column: end.map(|end| end.utf16_column),
        snippet,
    }
}
