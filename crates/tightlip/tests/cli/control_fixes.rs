//! What fixes of switches and handlers look like, as diffs.

use crate::runner::Tree;

/// The diff for these rules, with the fixes that ask for consent.
fn diff(rules: &str, more: &[&str], files: &[(&str, &str)]) -> String {
    let tree = files.iter().fold(Tree::new(), |tree, (path, text)| tree.with(path, text));
    let select = format!("--select={rules}");
    let mut arguments = vec!["check", "--diff", "--unsafe-fixes", "--exit-zero", &select];
    arguments.extend(more);
    let run = tree.run(&arguments);
    assert_eq!(run.stderr.matches("error").count(), 0, "{}", run.stderr);
    run.stdout
}

macro_rules! shown {
    ($name:ident, $rules:literal, [$($more:literal),*], $($path:literal => $text:expr),+ $(,)?) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(diff($rules, &[$($more),*], &[$(($path, $text)),+]));
        }
    };
}

const APP: &str = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/fish')\ndef fish():\n    return {'kinds': 30}\n";

fn run(call: &str) -> String {
    format!("import os\n\n{APP}\n\nif __name__ == '__main__':\n    {call}\n")
}

shown!(debug_among_arguments_on_lines_of_their_own, "TL2", [],
    "app.py" => &run("app.run(\n        host='0.0.0.0',  # everywhere\n        debug=True,  # for now\n        port=80,\n    )"));
shown!(debug_by_position, "TL2", [], "app.py" => &run("app.run('127.0.0.1', 8080, True)"));
shown!(any_text_of_a_variable, "TL2", [], "app.py" => &run("app.run(debug=bool(os.getenv('SHOP_DEBUG')))"));
shown!(a_default_that_opens, "TL2", [], "app.py" => &run("app.run(debug=os.getenv('DEBUG', 'True') == 'True')"));
shown!(open_unless_production, "TL2", [], "app.py" => &run("app.run(debug=os.environ.get('STAGE') != 'production')"));
shown!(an_option_that_takes_every_word_for_true, "TL2", [],
    "app.py" => &format!("import argparse\n\n{APP}\n\nif __name__ == '__main__':\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--debug', type=bool, default=False, help='for developers')\n    app.run(debug=parser.parse_args().debug)\n"));
shown!(lines_that_switch_on_go, "TL2", [],
    "app.py" => "from flask import Flask\n\napp = Flask(__name__)\napp.debug = True\napp.config['DEBUG'] = True  # while we move\napp.config['PROPAGATE_EXCEPTIONS'] = True\n");
shown!(settings_in_a_class, "TL2", [],
    "app.py" => "from flask import Flask\n\n\nclass Base:\n    DEBUG = True\n    TESTING = True\n\n\nclass Production(Base):\n    NAME = 'shop'\n\n\napp = Flask(__name__)\napp.config.from_object(Production)\n");
shown!(settings_that_are_taken_by_default, "TL2", [],
    "app.py" => "import os\n\nfrom flask import Flask\n\n\nclass Live:\n    DEBUG = False\n\n\nclass Development:\n    DEBUG = True\n\n\nPROFILES = {'production': Live, 'development': Development}\napp = Flask(__name__)\napp.config.from_object(PROFILES.get(os.environ.get('PROFILE'), Development))\n");
shown!(the_debugger_goes_with_its_import, "TL2", [],
    "app.py" => "from flask import Flask\nfrom werkzeug.debug import DebuggedApplication\n\napp = Flask(__name__)\napp.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)\n");
shown!(image_and_services, "TL2", [],
    "app.py" => APP,
    "Dockerfile" => "FROM python:3.12\nENV FLASK_APP=app.py \\\n    FLASK_DEBUG=1 \\\n    TZ=UTC\nCMD [\"flask\", \"run\", \"--debug\", \"--host\", \"0.0.0.0\"]\n",
    "docker-compose.yml" => "services:\n  web:\n    build: .\n    command: flask run --debug  # hot\n    environment:\n      - FLASK_DEBUG=true\n  other:\n    image: x\n    command:\n      - flask\n      - run\n      - --debug\n",
    "Procfile" => "web: FLASK_DEBUG=on WERKZEUG_DEBUG_PIN=off flask run --debugger --port $PORT\n",
    "uwsgi.ini" => "[uwsgi]\nmodule = app:app\ncatch-exceptions = true\n",
);
shown!(manifests, "TL2", [],
    "app.py" => APP,
    "deploy/web.yaml" => "kind: Deployment\nspec:\n  containers:\n    - name: web\n      image: shop\n      command: [\"flask\", \"run\", \"--debug\"]\n      env:\n        - name: FLASK_DEBUG\n          value: \"true\"\n        - {name: TZ, value: UTC}\n",
    "zappa_settings.json" => "{\"live\": {\"app_function\": \"app.app\", \"environment_variables\": {\"FLASK_DEBUG\": \"1\"}}}\n",
);
shown!(a_handler_below_the_settings, "TL3", [],
    "app.py" => "\"\"\"A shop.\"\"\"\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\napp.config['MAX_CONTENT_LENGTH'] = 1024\n\n# Views\n\n@app.get('/fish')\ndef fish():\n    return jsonify(kinds=30)\n");
shown!(a_handler_of_every_error, "TL3", ["--handler-style=classic"], "app.py" => APP);
shown!(a_handler_in_a_factory_with_tabs_and_other_newlines, "TL3", [],
    "app.py" => "from flask import Flask, render_template_string\r\n\r\n\r\ndef create_app():\r\n\tapp = Flask(__name__)\r\n\r\n\t@app.get('/')\r\n\tdef home():\r\n\t\treturn render_template_string('<p>hi</p>')\r\n\r\n\treturn app\r\n");
shown!(a_handler_beside_a_package, "TL3", [],
    "shop/__init__.py" => "from flask import Flask\n\nfrom . import views\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(views.bp)\n    return app\n",
    "shop/views.py" => "from flask import Blueprint, jsonify\n\nbp = Blueprint('views', __name__)\n\n\n@bp.get('/orders/<int:number>')\ndef order(number):\n    if number > 9:\n        return jsonify({'success': False, 'message': 'No such order.', 'code': 404}), 404\n    if number < 1:\n        return {'success': False, 'message': 'Not an order.', 'code': 400}, 400\n    return jsonify(number=number)\n",
);
shown!(a_weak_handler_gets_a_reference, "TL1,TL3", [],
    "app.py" => "from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n@app.errorhandler(Exception)\ndef failed(error):\n    app.logger.error('failed', exc_info=error)\n    return jsonify(error=str(error)), 500\n");
shown!(handlers_that_crash, "TL302", [],
    "app.py" => "from flask import Flask, jsonify, request\nfrom werkzeug.exceptions import HTTPException\n\napp = Flask(__name__)\n\n\n@app.errorhandler(HTTPException)\ndef http(error):\n    if not request.path.startswith('/api/'):\n        raise error\n    return error\n\n\n@app.errorhandler(Exception)\ndef failed(error):\n    app.logger.exception('failed')\n    return jsonify(error='failed', code=error.code), error.code\n");
shown!(replies_that_lose_status_and_headers, "TL303,TL304", [],
    "app.py" => "from flask import Flask, render_template_string\n\napp = Flask(__name__)\n\n\n@app.errorhandler(404)\ndef lost(error):\n    return render_template_string('<h1>Not here</h1>')\n\n\n@app.errorhandler(405)\ndef method(error):\n    return {'error': 'Wrong method'}, 405\n\n\napp.register_error_handler(Exception, lambda error: ({'error': 'failed'}, 500))\n");
shown!(handlers_that_are_not_asked, "TL306", [],
    "app.py" => "from flask import Flask, jsonify\n\n\ndef create_app():\n    app = Flask(__name__)\n\n    if not app.debug:\n\n        @app.errorhandler(404)\n        def lost(error):\n            return jsonify(error='Not here'), 404\n\n    return app\n\n    # Late, but here\n    @app.errorhandler(500)\n    def failed(error):\n        return jsonify(error='failed'), 500\n");
