use super::{check, check_lines, text};
use crate::python::lower;
use tightlip_ir::{Handler, StatementKind};

#[test]
fn simple_statements() {
    check_lines(&[
        ("a = b = c", "a = b = c"),
        ("a, b.c, d[e] = f", "tuple(a, b.c, d[e]) = f"),
        ("a += b", "a += b"),
        ("a: b", "a: b"),
        ("a: b = c", "a: b = c"),
        ("raise", "raise"),
        ("raise a from b", "raise a from b"),
        ("del a, b.c", "del a, b.c"),
        ("assert a, b", "assert a"),
        ("type A[T] = list[T]", "A = list[T]"),
        ("pass; 'text'; ...", "..."),
        ("def f():\n  global a\n  return", "def f():\n  return"),
        ("while a: break", "while a:\n  break"),
    ]);
}

#[test]
fn imports() {
    check_lines(&[
        ("import a.b, c.d as e", "import a.b; import c.d as e"),
        ("from a.b import c, d as e", "from a.b import c as c; from a.b import d as e"),
        ("from . import a", "from . import a as a"),
        ("from ...a.b import *", "from ...a.b import *"),
    ]);
}

#[test]
fn branches_and_loops() {
    check(
        "if a:\n  b\nelif c:\n  d\nelse:\n  e\n",
        "
        if a:
          b
        else:
          if c:
            d
          else:
            e
        ",
    );
    check(
        "for a, b in c:\n  continue\nelse:\n  d\nwhile e:\n  f\nelse:\n  g\n",
        "
        for tuple(a, b) in c:
          continue
        else:
          d
        while e:
          f
        else:
          g
        ",
    );
    check(
        "async def f():\n  async for a in b: await c\n  async with d as e: pass\n  return [x async for x in y]\n",
        "
        def f():
          for a in b:
            (await c)
          with d as e:
          return <x for x in y>
        ",
    );
}

#[test]
fn managers() {
    check_lines(&[
        ("with a: b", "with a:\n  b"),
        ("with (a as b, c as (d, e)): f", "with a as b, c as tuple(d, e):\n  f"),
    ]);
}

#[test]
fn all_arms_of_a_try() {
    check(
        "try:\n  a\nexcept B as e:\n  b\nexcept (C, d.D):\n  c\nexcept E, F:\n  d\nexcept:\n  raise\nelse:\n  f\nfinally:\n  g\n",
        "
        try:
          a
        except [B] as e:
          b
        except [C, d.D]:
          c
        except [E, F]:
          d
        except []:
          raise
        else:
          f
        finally:
          g
        ",
    );
    check("try: a\nexcept* B as e: b\n", "try:\n  a\nexcept* [B] as e:\n  b");
}

#[test]
fn a_handler_of_python_2_binds_its_name() {
    let cases = [
        ("except Exception, e: b", "except [Exception] as e:"),
        ("except (A, B), error: b", "except [tuple(A, B)] as error:"),
        ("except a.B, exc: b", "except [a.B] as exc:"),
        ("except A, _: b", "except [A] as _:"),
        ("except A, B: b", "except [A, B]:"),
        ("except A, b.c: b", "except [A, b.c]:"),
        ("except (A, b): b", "except [A, b]:"),
        ("except A, timeout: b", "except [A, timeout]:"),
        ("except A, mistake: b", "except [A, mistake]:"),
    ];
    for (handler, expected) in cases {
        let source = format!("from socket import timeout\nclass mistake(A): pass\ntry: a\n{handler}\n");
        let shown = super::shown(&source);
        assert!(shown.contains(expected), "{handler}: {shown}");
    }
}

#[test]
fn the_name_of_a_handler_is_found() {
    for (source, expected) in [
        ("try: a\nexcept B as error: c", "error"),
        ("try: a\nexcept B, error: c", "error"),
        ("try: a\nexcept B: c", "except B"),
        ("try: a\nexcept: c", "except"),
    ] {
        let module = lower(source);
        let StatementKind::Try { handlers, .. } = &module.functions[0].body[0].kind else {
            panic!("{source}")
        };
        let [Handler { name_span, .. }] = &**handlers else { panic!("{source}") };
        assert_eq!(text(source, *name_span), expected, "{source}");
    }
}

#[test]
fn cases_of_a_match() {
    check(
        "match a:
  case 1 | 'b': c
  case None: c
  case d.E: c
  case [x, *rest]: c
  case {'k': v, **others}: c
  case F(y, z=1): c
  case F(x) | d.G(x) as e: c
  case F() | 1: c
  case (F() as g) if h: c
  case _: c
",
        "
        match a:
          case [1, 'b'] as [] is []:
          c
          case [None] as [] is []:
          c
          case [d.E] as [] is []:
          c
          case [] as [x, rest] is []:
          c
          case ['k'] as [v, others] is []:
          c
          case [F, 1] as [y] is [F]:
          c
          case [F, d.G] as [x, e] is [F, d.G]:
          c
          case [F, 1] as [] is []:
          c
          case [F] as [g] is [F] if h:
          c
          case [] as [] is []:
          c
        ",
    );
}

#[test]
fn long_chains_of_elif_keep_every_arm() {
    let arms: String = (0..1000).map(|index| format!("elif a{index}: b{index}\n")).collect();
    let shown = super::shown(&format!("if a: b\n{arms}else: last\n"));
    let deepest = shown.lines().map(|line| line.len() - line.trim_start().len()).max();
    assert!(deepest.is_some_and(|deepest| deepest < 2 * 2 * 110), "{deepest:?}");
    assert!((0..1000).all(|index| shown.contains(&format!("if a{index}:"))) && shown.contains("last"));
}
