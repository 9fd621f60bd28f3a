use super::*;

fn read(text: &str) -> Result<Settings, Mistake> {
    Settings::read("tightlip.toml", "/srv".into(), text, Form::Own).map(|found| found.expect("it is its own"))
}

fn reports(settings: &Settings, rule: Rule) -> bool {
    settings.reports(rule, Path::new("/srv/shop/views.py")).value
}

#[test]
fn everything_is_reported_by_default() {
    let settings = read("").expect("nothing is wrong");
    let unasked = |rule: &Rule| !reports(&settings, *rule);
    assert_eq!(Rule::all().filter(unasked).collect::<Vec<_>>(), [Rule::UnexplainedSuppression]);
}

#[test]
fn codes_names_and_starts_select_and_ignoring_wins() {
    let settings =
        read("select = ['TL1', 'debug-mode']\nextend-select = ['tl301']\nignore = ['stack-trace']");
    let settings = settings.expect("nothing is wrong");
    assert!(reports(&settings, Rule::ExceptionMessage) && reports(&settings, Rule::DebugMode));
    assert!(reports(&settings, Rule::NoCentralHandler));
    assert!(!reports(&settings, Rule::StackTrace) && !reports(&settings, Rule::DebugToolbar));
    let off = settings.reports(Rule::StackTrace, Path::new("/srv/a.py")).origin;
    assert_eq!(off.to_string(), "ignore, tightlip.toml:3");
}

#[test]
fn arguments_win() {
    let mut settings = read("select = ['TL1']\nignore = ['TL101']\nmin-severity = 'high'").expect("right");
    settings
        .apply(&Overrides {
            select: vec!["TL101".into(), "TL2".into()],
            ignore: vec!["TL201".into()],
            min_severity: Some(Severity::Low),
            ..Overrides::default()
        })
        .expect("the rules are there");
    assert!(reports(&settings, Rule::ExceptionMessage) && reports(&settings, Rule::DebugToolbar));
    assert!(!reports(&settings, Rule::DebugMode) && !reports(&settings, Rule::StackTrace));
    assert_eq!(settings.min_severity.origin, Origin::Argument("--min-severity"));
    let wrong = Overrides { select: vec!["TL9".into()], ..Overrides::default() };
    assert!(settings.apply(&wrong).unwrap_err().contains("--select: no rule is called 'TL9'"));
    let wrong = Overrides { ignore: vec![String::new()], ..Overrides::default() };
    assert!(settings.apply(&wrong).unwrap_err().contains("--ignore"));
}

#[test]
fn rules_are_left_out_by_file() {
    let settings = read("[per-file-ignores]\n'admin/' = ['TL1']\n").expect("right");
    let on = |path: &str, rule| settings.reports(rule, Path::new(path)).value;
    assert!(!on("/srv/shop/admin/a.py", Rule::StackTrace) && on("/srv/shop/a.py", Rule::StackTrace));
    assert!(on("/srv/shop/admin/a.py", Rule::DebugMode) && on("/elsewhere/admin/a.py", Rule::StackTrace));
}

#[test]
fn severities_are_set_and_too_little_is_left_out() {
    let text =
        "min-severity = 'medium'\nmin-confidence = 'likely'\n[severities]\nTL101 = 'low'\nTL107 = 'high'";
    let settings = read(text).expect("right");
    let judge =
        |rule, severity, confidence| settings.judge(rule, severity, confidence, Path::new("/srv/a.py"));
    let (message, kind) = (Rule::ExceptionMessage, Rule::ExceptionType);
    assert!(matches!(judge(message, Severity::Medium, Confidence::Likely), Verdict::Left(_)));
    assert_eq!(judge(kind, Severity::Low, Confidence::Likely), Verdict::Reported(Severity::High));
    // What is not deployed stays what it is.
    assert!(matches!(judge(kind, Severity::Info, Confidence::Likely), Verdict::Left(_)));
    assert!(matches!(judge(kind, Severity::Low, Confidence::Possible), Verdict::Left(_)));
}

#[test]
fn a_project_file_may_say_nothing() {
    let project = |text: &str| Settings::read("pyproject.toml", "/srv".into(), text, Form::PyProject);
    assert!(project("[tool.ruff]\nline-length = 3\n").expect("right").is_none());
    assert!(project("[tool.ruff\n").expect("not our business").is_none());
    assert!(project("[project]\nname = 'tightlip-demo'\n").expect("right").is_none());
    let settings = project("[tool.tightlip]\nignore = ['TL1']\n").expect("right").expect("it speaks");
    assert!(!reports(&settings, Rule::StackTrace));
    assert!(project("[tool.tightlip\n").unwrap_err().to_string().starts_with("pyproject.toml:1:15: "));
}

#[test]
fn mistakes_are_told_with_their_places() {
    for (text, place, words) in [
        ("selct = []", "1:1", "unknown field `selct`"),
        ("\nselect = 'TL1'", "2:10", "invalid type: string"),
        ("select = [1]", "1:11", "invalid type: integer"),
        ("a = = 1", "1:5", ""),
        ("ignore = [\n  'TL1',\n  'nonsense',\n]", "3:3", "no rule is called 'nonsense'"),
        ("min-severity = 'grave'", "1:16", "unknown variant `grave`"),
        ("min-confidence = 1", "1:18", ""),
        ("require-reason = 'yes'", "1:18", "expected a boolean"),
        ("exclude = ['ok', 'a[b']", "1:18", "not a pattern"),
        ("[per-file-ignores]\n'a[b' = ['TL1']", "2:1", "not a pattern"),
        ("[per-file-ignores]\na = ['TLX']", "2:6", "no rule is called 'TLX'"),
        ("[severities]\nTL999 = 'low'", "2:1", "no rule is called 'TL999'"),
        ("[severities]\nTL101 = 'lo'", "2:9", "unknown variant `lo`"),
        ("public-exceptions = ['Refused']", "1:22", "not a class of a module"),
        ("ignore = []\nignore = []", "2:1", "duplicate key"),
    ] {
        let told = read(text).expect_err(text).to_string();
        assert!(told.starts_with(&format!("tightlip.toml:{place}: ")), "{text}\n{told}");
        assert!(told.contains(words) && told.contains('^'), "{text}\n{told}");
    }
}

#[test]
fn deeply_nested_text_is_refused() {
    let text = format!("select = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    read(&text).expect_err("it is no list of texts");
}
