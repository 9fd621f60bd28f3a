use proptest::prelude::*;
use tightlip_ir::{PagePath, PageStep, ShownValue};

use crate::read;

/// What a template shows: `error.message when config.DEBUG`, one after the other.
fn shows(source: &str) -> Vec<String> {
    let page = read(source);
    let shown = page.shows.iter().map(|shown| {
        let value = match &shown.value {
            ShownValue::Path(path) => written(path),
            ShownValue::Anything => "anything".to_owned(),
            ShownValue::Dump => "a dump".to_owned(),
        };
        let tests = shown
            .under
            .iter()
            .map(|test| format!(" {} {}", if test.holds { "when" } else { "unless" }, written(&test.value)));
        value + &tests.collect::<String>()
    });
    let parts = page.parts.iter().map(|part| {
        let given = part.given.iter().map(|(name, values)| {
            format!(" {name}={}", values.iter().map(written).collect::<Vec<_>>().join("|"))
        });
        format!("part {}{}", part.name, given.collect::<String>())
    });
    shown.chain(parts).collect()
}

fn written(path: &PagePath) -> String {
    let steps = path.steps.iter().map(|step| match step {
        PageStep::Named(name) => format!(".{name}"),
        PageStep::Item(place) => format!("[{place}]"),
        PageStep::Element => "[]".to_owned(),
        PageStep::Iterated => "[*]".to_owned(),
        PageStep::Values => ".values()".to_owned(),
        PageStep::Call => "()".to_owned(),
    });
    path.root.to_string() + &steps.collect::<String>()
}

#[test]
fn values_are_shown_by_their_paths() {
    assert_eq!(shows("<p>{{ error }}</p>"), ["error"]);
    assert_eq!(shows("{{- error.args[0] -}}"), ["error.args[0]"]);
    assert_eq!(shows("{{ errors['db'] }} {{ errors[key] }}"), ["errors.db", "errors[]"]);
    assert_eq!(shows("{{ record.get('detail', fallback) }}"), ["record.detail", "fallback"]);
    assert_eq!(shows("{{ error.get_description() }}"), ["error.get_description()"]);
}

#[test]
fn filters_and_calls_show_what_they_are_given() {
    assert_eq!(shows("{{ error|e }} {{ detail | default('?') | safe }}"), ["error", "detail"]);
    assert_eq!(shows("<script>var e = {{ error|tojson }};</script>"), ["error"]);
    assert_eq!(shows("{{ box(error, title='Oops') }}"), ["box()", "error"]);
    assert_eq!(shows("{{ errors|length }}"), [""; 0]);
    assert_eq!(shows("{{ rows|map(attribute='error')|join(', ') }}"), ["rows[].error"]);
    assert_eq!(shows("{{ 'Failed: ' ~ error }} {{ '%s' % detail }}"), ["error", "detail"]);
}

#[test]
fn what_only_decides_is_not_shown() {
    assert_eq!(shows("{% if error %}Sorry.{% endif %}"), [""; 0]);
    assert_eq!(shows("{{ 'Sorry.' if error else '' }} {{ error is defined }}"), [""; 0]);
    assert_eq!(shows("{{ error == 'x' }} {{ error and 'Sorry.' }}"), [""; 0]);
    assert_eq!(shows("{# {{ error }} #}{% raw %}{{ error }}{% endraw %}{{ x }}"), ["x"]);
}

#[test]
fn tests_around_are_kept() {
    let source = "{% if config.DEBUG %}{{ a }}{% else %}{{ b }}{% endif %}{{ c }}";
    assert_eq!(shows(source), ["a when config.DEBUG", "b unless config.DEBUG", "c"]);
    let source = "{% if not debug %}{{ a }}{% elif x and y %}{{ b }}{% endif %}";
    assert_eq!(shows(source), ["a unless debug", "b when debug when x when y"]);
    assert_eq!(shows("{{ error if config['DEBUG'] else '' }}"), ["error when config.DEBUG"]);
}

#[test]
fn names_that_a_template_binds_are_looked_through() {
    assert_eq!(shows("{% for e in errors %}{{ e.text }}{% endfor %}{{ e }}"), ["errors[*].text", "e"]);
    assert_eq!(shows("{% for k, v in errors.items() %}{{ v }}{% endfor %}"), ["errors.values()[*]"]);
    assert_eq!(shows("{% set message = error.message %}{{ message }}"), ["error.message"]);
    assert_eq!(shows("{% if x %}{% set m = a %}{% endif %}{{ m }}"), ["m", "a"]);
    assert_eq!(shows("{% with m = error %}{{ m }}{% endwith %}{{ m }}"), ["error", "m"]);
    assert_eq!(shows("{% macro show(e) %}{{ e }}{% endmacro %}{{ show(error) }}"), ["show()", "error"]);
}

#[test]
fn other_templates_are_named_with_what_they_see() {
    assert_eq!(shows("{% extends 'base.html' %}{% set e = error %}"), ["part base.html e=error"]);
    assert_eq!(
        shows("{% for e in errors %}{% include ['row.html', 'plain.html'] ignore missing %}{% endfor %}"),
        ["part row.html loop= e=errors[*]", "part plain.html loop= e=errors[*]"],
    );
    assert_eq!(shows("{% include name %}"), ["anything"]);
    assert_eq!(shows("{% include 'x.html' without context %}"), [""; 0]);
    assert_eq!(shows("{% from 'm.html' import show with context %}"), ["part m.html"]);
    assert_eq!(shows("{% from 'm.html' import show %}{{ show(e) }}"), ["e"]);
}

#[test]
fn tags_of_programs_show_what_they_name() {
    assert_eq!(
        shows("{% trans reason=error.text %}It failed: {{ reason }}{% endtrans %}"),
        ["error", "reason"]
    );
    assert_eq!(shows("{% debug %}"), ["a dump"]);
    assert_eq!(shows("{% cache 300, error %}{% endcache %}"), ["error"]);
    assert_eq!(shows("{{ error | }} {{ 'open }} {{ x }}"), ["error", "open", "x"]);
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(source in r#"(\{\{|\}\}|\{%|%\}|if |for |in |set |= |macro |\(|\)|'|"|a|\.|\[|\]| |é|endif|include |-|\{|\}|%|~|==|\||:|,|1|#|is |not ){0,60}"#) {
        read(&source);
    }
}

#[test]
fn deep_and_long_expressions_end() {
    let chain = format!("{{{{ a{} }}}}", ".b".repeat(5_000));
    assert_eq!(shows(&chain), ["a"]);
    let nested = format!("{{{{ {}a{} }}}}", "(".repeat(3_000), ")".repeat(3_000));
    assert_eq!(shows(&nested), ["a"]);
    let tags = "{% if a %}".repeat(20_000);
    read(&tags);
    read(&"{{ '".repeat(20_000));
}
