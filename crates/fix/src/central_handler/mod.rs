//! An application without a central error handler gets one.
//!
//! Where the application is a package the handler is a module of its own beside it; elsewhere it stands in the file
//! that makes the application. What it answers with is learnt from what the application answers with by now.

mod code;
mod envelope;
mod layout;
mod replies;

use tightlip_flow::{ApplicationSite, Location};
use tightlip_rules::{Finding, Severity};

use self::code::Code;
use self::envelope::Envelope;
use self::layout::Layout;
use self::replies::Replies;
use crate::edit::{Edit, Fix, NewFile, Refusal, Safety};
use crate::imports::{Wanted, bring};
use crate::insertions::joined;
use crate::site::Site;
use crate::statement::in_style;

pub(crate) fn fix(finding: &Finding, site: &Site<'_>) -> Result<Fix, Refusal> {
    if finding.severity == Severity::Info {
        return Err(Refusal("this application is made for tests".to_owned()));
    }
    let application = application(finding, site)?;
    let layout = Layout::of(site, application)?;
    let program = site.project.checked.program;
    let code = Code {
        style: site.project.options.handler_style,
        replies: Replies::of(program),
        envelope: Envelope::learnt(program),
    };
    let (edits, creates) = match &layout {
        Layout::Module { path, name, register } => {
            let import = bring(site, Wanted::Name(&format!(".{name}"), code::REGISTER))?;
            let call = format!("{}({})", import.name, register.application);
            let mut edits = import.edits;
            edits.push(register.put_in(site, &call));
            let text = in_style(site, "", &code.module());
            (edits, vec![NewFile { path: path.clone(), text }])
        }
        Layout::Beside { at, register } => {
            let mut edits = imports(site, &code)?;
            names_are_free(site, &code)?;
            let functions = code.functions(None);
            edits.push(definitions(site, *at, &functions));
            edits.push(register.put_in(site, &code.registration(&register.application)));
            (edits, Vec::new())
        }
        Layout::Below { at, application } => {
            let mut edits = imports(site, &code)?;
            names_are_free(site, &code)?;
            edits.push(definitions(site, *at, &code.functions(Some(application))));
            (edits, Vec::new())
        }
    };
    Ok(Fix {
        title: "add a handler that answers every error with a safe text and a reference".to_owned(),
        safety: Safety::Unsafe,
        edits: joined(edits),
        creates,
    })
}

fn application<'a>(finding: &Finding, site: &Site<'a>) -> Result<&'a ApplicationSite, Refusal> {
    let location = Location { file: site.file()?.0, span: finding.place.span };
    let mut known = site.project.checked.solution.applications.iter();
    let found = known.find(|application| application.location == location);
    let found = found.ok_or_else(|| Refusal("the application is not known any more".to_owned()))?;
    // What is generated is written for one framework.
    if found.framework == code::FRAMEWORK {
        Ok(found)
    } else {
        Err(Refusal(format!("there is no handler to add for {}", found.framework)))
    }
}

fn imports(site: &Site<'_>, code: &Code) -> Result<Vec<Edit>, Refusal> {
    let mut edits = Vec::new();
    for (module, name) in code.imports() {
        let wanted = name.map_or(Wanted::Module(module), |name| Wanted::Name(module, name));
        let imported = bring(site, wanted)?;
        let written = name.unwrap_or(module);
        if imported.name != written {
            return Err(Refusal(format!("`{written}` is called `{}` in {}", imported.name, site.path())));
        }
        edits.extend(imported.edits);
    }
    Ok(edits)
}

/// The functions get names that nothing else has.
fn names_are_free(site: &Site<'_>, code: &Code) -> Result<(), Refusal> {
    let bindings = &site.file()?.1.bindings;
    match code.names().into_iter().find(|name| bindings.contains_key(&tightlip_ir::Symbol::new(name))) {
        Some(taken) => Err(Refusal(format!("`{taken}` means something else in {}", site.path()))),
        None => Ok(()),
    }
}

/// Functions at the top of the file, two blank lines from their neighbours.
fn definitions(site: &Site<'_>, at: u32, functions: &str) -> Edit {
    let newline = site.style.newline;
    let blank = newline.repeat(2);
    let (before, after) = (&site.text()[..at as usize], &site.text()[at as usize..]);
    let first = if before.is_empty() || before.ends_with(['\n', '\r']) { "" } else { newline };
    let lead = if before.trim().is_empty() { "" } else { &blank };
    let behind = if after.is_empty() || after.starts_with(['\n', '\r']) { "" } else { &blank };
    site.insert(at, format!("{first}{lead}{}{behind}", in_style(site, "", functions)))
}
