//! Applications that answer with pages: their links and forms say what fits, their words are no leak.

use super::{Cause, Rule, interpreter, prove_files, proven, small, supervisor};

fn run(files: &[(&str, &str)]) -> Option<Vec<(Rule, Cause)>> {
    let interpreter = interpreter("TIGHTLIP_FLASK_3_1")?;
    let (judgement, outcome) = prove_files(&mut supervisor(&interpreter), files, &small());
    assert!(outcome.booted.is_some(), "{outcome:?}");
    Some(proven(&judgement))
}

/// The leak is behind a table that only a link names, a column that only a form offers, and before the table is
/// dropped, which another route does.
const TABLES: &str = "from flask import Flask, abort, request

app = Flask(__name__)
TABLES = {'of-customers': ['email', 'city']}

@app.get('/')
def home():
    return '<a href=/of-customers/>customers</a>' if TABLES else 'nothing'

@app.post('/<table>/drop')
def drop(table):
    TABLES.pop(table, None)
    return 'gone'

@app.route('/<table>/', methods=['GET', 'POST'])
def columns(table):
    if table not in TABLES:
        abort(404)
    if request.method == 'GET':
        return '<form method=post><select name=column><option>' + '<option>'.join(TABLES[table]) + '</select></form>'
    if request.form['column'] not in TABLES[table]:
        return 'no such column', 400
    try:
        return str(int(request.form['column']))
    except ValueError as error:
        return 'failed: ' + str(error), 500
";

#[test]
fn what_links_name_and_forms_offer_is_sent() {
    let Some(proven) = run(&[("app.py", TABLES)]) else { return };
    assert_eq!(proven, [(Rule::ExceptionMessage, Cause::Input)]);
}

/// The first request removes what the second one would need.
#[test]
fn an_exception_is_injected_into_a_fresh_copy() {
    let app = "from flask import Flask, jsonify\napp = Flask(__name__)\nPHOTOS = {'1': 'a cat'}\n\
               @app.post('/photos/<name>/archive')\ndef archive(name):\n    if name not in PHOTOS:\n        return 'gone', 404\n    \
               try:\n        PHOTOS.pop(name)\n    except OSError as error:\n        return jsonify(error=str(error)), 500\n    \
               return 'archived'\n";
    let Some(proven) = run(&[("app.py", app)]) else { return };
    assert_eq!(proven, [(Rule::ExceptionMessage, Cause::Injected)]);
}

#[test]
fn the_words_of_a_template_are_no_stack() {
    let app = "from flask import Flask, render_template\napp = Flask(__name__)\n@app.get('/<int:number>')\ndef view(number):\n    \
               return render_template('page.html', number=number)\n@app.errorhandler(500)\ndef sorry(error):\n    app.logger.error('x')\n    \
               return render_template('sorry.html'), 500\n";
    let link = |to: &str| format!("<a class=\"button button-large\" href=\"{to}\">on</a>\n");
    let files = [
        ("app.py", app.to_owned()),
        ("templates/page.html", link("{{ 7 // (number - 1) }}")),
        ("templates/sorry.html", link("/1")),
    ];
    let files = [0, 1, 2].map(|index| (files[index].0, files[index].1.as_str()));
    let Some(proven) = run(&files) else { return };
    assert_eq!(proven, []);
}
