use super::{check, function, names, text};
use crate::python::lower;
use tightlip_ir::{ClassId, FunctionId, Owner, Symbol};

#[test]
fn functions_and_classes() {
    check(
        "@a.route('/')\n@b\ndef f[T: c](p, /, q: int = 1, *args, r, s=2, **rest) -> str:\n  '''text'''\n  return p\n",
        "
        @a.route('/')
        @b
        def f(p, q: int=1, *args, keyword r, keyword s=2, **rest) -> str:
          return p
        ",
    );
    check(
        "@a\nclass B(C, d.D, metaclass=E):\n  '''text'''\n  x = 1\n  def m(self, *, k): pass\n",
        "
        @a
        class B(C, d.D):
          x = 1
          def m(self, keyword k):
        ",
    );
}

#[test]
fn what_is_defined_in_what() {
    let source = "
def f():
    def g(): pass
    class A:
        def m(self):
            def n(): pass
        class B:
            x = lambda: 1
class C: pass
y = lambda: 2
";
    let module = lower(source);
    let owners: Vec<(&str, Owner)> =
        module.functions.iter().map(|function| (function.name.text(), function.owner)).collect();
    let expected = [
        ("<module>", Owner::Module),
        ("f", Owner::Module),
        ("g", Owner::Function(FunctionId(1))),
        ("m", Owner::Class(ClassId(0))),
        ("n", Owner::Function(FunctionId(3))),
        ("<lambda>", Owner::Class(ClassId(1))),
        ("<lambda>", Owner::Module),
    ];
    assert_eq!(owners, expected);
    let owners: Vec<(&str, Owner)> =
        module.classes.iter().map(|class| (class.name.text(), class.owner)).collect();
    let expected =
        [("A", Owner::Function(FunctionId(1))), ("B", Owner::Class(ClassId(0))), ("C", Owner::Module)];
    assert_eq!(owners, expected);
}

#[test]
fn functions_are_numbered_as_they_start() {
    let source =
        "@a(lambda: 1)\ndef f(x=lambda: 2): y[lambda: 3] = [lambda: 4 for z in (lambda: 5)]\nlambda: 6\n";
    let module = lower(source);
    let starts: Vec<u32> = module.functions.iter().map(|function| function.span.start).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    assert_eq!(module.functions.len(), 8);
    assert_eq!(text(source, function(&module, "f").name_span), "f");
    assert_eq!(text(source, module.functions[7].name_span), "lambda");
}

#[test]
fn locals_are_all_that_a_body_binds() {
    let source = "
def f(p, *q, **r):
    global g1
    g1 = 1
    a = b.attribute = c[0] = 2
    for d, (e, *h) in p: pass
    with p as i: pass
    try: pass
    except p as j: pass
    import k.kk, l.ll as m
    from n import o as s, t
    def u(inner): own = 1
    class V:
        not_local = 1
    [w for w in p if (x := w)]
    match p:
        case [y, {**z}]: pass
    del aa
    bb: int
    bb2 += 1
    lambda other: other
    def nested():
        nonlocal a, cc
        a = cc = dd = 1
";
    let module = lower(source);
    let expected = [
        "a", "aa", "bb", "bb2", "d", "e", "h", "i", "j", "k", "m", "nested", "p", "q", "r", "s", "t", "u",
        "V", "w", "x", "y", "z",
    ];
    let mut sorted = expected;
    sorted.sort_unstable();
    let f = function(&module, "f");
    assert_eq!(names(&f.locals), sorted);
    assert_eq!(names(&f.globals), ["g1"]);
    assert!(f.locals.is_sorted() && f.mentions.is_sorted());
    assert_eq!(names(&function(&module, "nested").locals), ["dd"]);
    assert_eq!(names(&function(&module, "<lambda>").locals), ["other"]);
    assert_eq!(names(&module.functions[0].locals), ["f"]);
}

#[test]
fn global_names_are_locals_of_the_module() {
    let module = lower("global a\na = 1\nclass B:\n  global c\n  c = 1\n");
    assert_eq!(names(&module.functions[0].locals), ["B", "a"]);
    assert_eq!(module.functions[0].globals.len(), 0);
}

#[test]
fn mentions_are_what_a_body_reads() {
    let source = "
def f(p: Annotation = Default) -> Returns:
    import a.b.c as d
    from e import g as h
    i.j.k(l=m, *n)
    o.stored = q
    r.updated += 1
    s: T = 1
    @u
    def v(w: X = Y): z
    class AA(BB, metaclass=CC):
        dd = ee
        def m(self): not_read
    lambda ff=gg: hh
    f'{ii!r:{jj}}'
    match kk:
        case LL(mm=NN.oo): pass
    try: pass
    except PP: pass
";
    let module = lower(source);
    let mut expected = vec![
        "c", "g", "i", "j", "k", "l", "m", "n", "o", "q", "r", "updated", "T", "u", "X", "Y", "BB", "CC",
        "ee", "gg", "ii", "jj", "kk", "LL", "mm", "NN", "oo", "PP",
    ];
    expected.sort_unstable();
    assert_eq!(names(&function(&module, "f").mentions), expected);
    assert_eq!(names(&function(&module, "<lambda>").mentions), ["hh"]);
    assert_eq!(names(&module.functions[0].mentions), ["Annotation", "Default", "Returns"]);
}

#[test]
fn generators_and_catchers_are_told_by_their_own_bodies() {
    let source = "
def outer():
    def generator(): x = yield
    def delegating(): yield from x
    lambda: (yield)
    try: pass
    except A: pass
def catcher():
    try: pass
    except A as e: pass
    def inner(): pass
";
    let module = lower(source);
    let with = |is: fn(&tightlip_ir::Function) -> bool| -> Vec<Symbol> {
        module.functions.iter().filter(|function| is(function)).map(|function| function.name).collect()
    };
    assert_eq!(with(|function| function.generator), ["generator", "delegating", "<lambda>"]);
    assert_eq!(with(|function| function.catches), ["catcher"]);
}
