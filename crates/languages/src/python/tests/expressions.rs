use super::{check_lines, text};
use crate::python::lower;
use tightlip_ir::ExpressionKind;

#[test]
fn literals() {
    let long = format!("'{}' '{}'", "x".repeat(100), "y".repeat(61));
    check_lines(&[
        ("f('a')", "f('a')"),
        ("f('a' \"b\" r'\\n' u'c')", "f('ab\\nc')"),
        ("f(b'a' b'\\x62')", "f('ab')"),
        ("f(1, 0x10, 1_000, 1.5, 2j)", "f(1, 16, 1000, NUMBER, NUMBER)"),
        (
            "f(9223372036854775807, 9223372036854775808, -5, -1.5, +1)",
            "f(9223372036854775807, NUMBER, -5, NUMBER, opaque(1))",
        ),
        ("f(True, False, None, ...)", "f(True, False, None, ...)"),
        (&format!("f({long})"), "f(LONG)"),
        (&format!("f(b'{}')", "x".repeat(161)), "f(LONG)"),
    ]);
}

#[test]
fn names_attributes_calls_and_items() {
    check_lines(&[
        ("a.b.c", "a.b.c"),
        ("a.b(c, *d, e=f, **g)", "a.b(c, *d, e=f, **g)"),
        ("f(a=1, *b, c=2)", "f(a=1, *b, c=2)"),
        ("f(x for x in y)", "f(<x for x in y>)"),
        ("a[b]", "a[b]"),
        ("a[b, c]", "a[tuple(b, c)]"),
        ("a[1:f(b)]", "a[:]"),
        ("a[:, ::c]", "a[tuple(opaque(), opaque(c))]"),
        ("a[*b]", "a[tuple(*b)]"),
        ("await_ = a", "await_ = a"),
    ]);
}

#[test]
fn collections() {
    check_lines(&[
        ("a, *b", "tuple(a, *b)"),
        ("()", "tuple()"),
        ("[a, *b]", "list(a, *b)"),
        ("{a, *b}", "set(a, *b)"),
        ("{'a': b, **c}", "{'a': b, **c}"),
        ("[a for a in b if c if d for e in a]", "<a for a in b if c if d for e in a>"),
        ("{a for a in b}", "<a for a in b>"),
        ("{a: b for a, b in c}", "<a: b for tuple(a, b) in c>"),
    ]);
}

#[test]
fn formats() {
    check_lines(&[
        ("f''", "format()"),
        ("f'a{b}c'", "format('a', b, 'c')"),
        ("f'{a!r:>{width}.{places:{x}}}'", "format(a, width, places, x)"),
        ("f'{a=}'", "format(a)"),
        ("'a' f'{b}' 'c'", "format('a', b, 'c')"),
        ("f'{{{a}}}'", "format('{', a, '}')"),
        ("f'{f\"{a}\"}'", "format(format(a))"),
        ("t'a{b:{c}}'", "opaque(b, c)"),
        ("'%s' % a", "format('%s', a)"),
        ("b'%s' % a", "format('%s', a)"),
        ("'%s %s' % (a, b)", "format('%s %s', a, b)"),
        ("'%(a)s' % {'a': b}", "format('%(a)s', {'a': b})"),
        ("('a' + b) % c", "format(('a' + b), c)"),
        ("(a + 'b') % c", "format((a + 'b'), c)"),
        ("f'{a}' % c", "format(format(a), c)"),
        ("'%s' % a % b", "format(format('%s', a), b)"),
        ("a % b", "opaque(a, b)"),
        ("(a + b) % c", "opaque((a + b), c)"),
        ("'-' * 8 % a", "opaque(opaque('-', 8), a)"),
        ("_('%s') % a", "opaque(_('%s'), a)"),
    ]);
}

#[test]
fn operators() {
    check_lines(&[
        ("a + b + c", "((a + b) + c)"),
        ("a + (b + c)", "(a + (b + c))"),
        ("a | b", "opaque(a, b)"),
        ("a - b + c * d", "(opaque(a, b) + opaque(c, d))"),
        ("~a", "opaque(a)"),
        ("not a", "(not a)"),
        ("a and b and c or d", "((a and b and c) or d)"),
        ("a == b", "(a == b)"),
        ("a < b <= c", "((a < b) and (b < c))"),
        ("a is not None", "(a is not None)"),
        ("a not in b", "(a not in b)"),
        ("a if b else c", "(a if b else c)"),
        ("(a := b)", "(a := b)"),
        ("lambda a, *b, c=d: a", "(lambda a, *b, keyword c=d: a)"),
    ]);
}

#[test]
fn long_sums_are_shallow_and_keep_their_order() {
    let names: Vec<String> = (0..1000).map(|index| format!("x{index}")).collect();
    let sum = super::shown(&names.join(" + "));
    let depth = sum.chars().take_while(|letter| *letter == '(').count();
    assert!(depth < 16, "{depth}");
    let flat: String = sum.trim().chars().filter(|letter| !matches!(letter, '(' | ')')).collect();
    assert_eq!(flat, names.join(" + "));
    let difference = super::shown(&names.join(" - "));
    assert_eq!(difference.trim(), format!("opaque({})", names.join(", ")));
}

#[test]
fn every_expression_spans_its_text() {
    let source = "\u{feff}x = (äö.b)('c', d=[e])\n";
    let module = lower(source);
    let spans: Vec<&str> =
        module.expressions.iter().map(|expression| text(source, expression.span)).collect();
    assert_eq!(spans, ["x", "äö", "äö.b", "'c'", "e", "[e]", "(äö.b)('c', d=[e])"]);
}

#[test]
fn names_of_types_may_be_texts() {
    check_lines(&[
        ("a: 'Flask'", "a: Flask"),
        ("a: 'flask.app.Flask' = b", "a: flask.app.Flask = b"),
        ("a: Optional['Flask', list['b.C']]", "a: Optional[tuple(Flask, list[b.C])]"),
        ("a: 'Flask' | None", "a: opaque(Flask, None)"),
        ("a: Literal['b']", "a: Literal['b']"),
        ("a: t.Annotated[str, 'b']", "a: t.Annotated[tuple(str, 'b')]"),
        ("a: b('c')", "a: b('c')"),
        ("a: 'list[b]' = 'c'", "a: 'list[b]' = 'c'"),
        ("a: 'None'", "a: 'None'"),
        ("def f(a: 'B', *c: 'D') -> 'E': pass", "def f(a: B, *c: D) -> E:"),
    ]);
}

#[test]
fn the_parts_of_a_type_written_as_text_span_their_text() {
    let source = "a: 'b.c' = 1";
    let module = lower(source);
    let span = |name: &str| {
        let named = |kind: &ExpressionKind| matches!(kind, ExpressionKind::Name(found) if *found == name);
        let found = module.expressions.iter().find(|expression| named(&expression.kind));
        text(source, found.expect(name).span)
    };
    assert_eq!(span("b"), "b");
}
