//! Applications of ASGI, and of WSGI without Flask: booted, their routes found, what leaks seen and what does not left.

use super::{Judgement, Outcome, interpreter, prove_files, proven, small, supervisor};

/// What the leaking side of each says to the client, and what the other says.
const LEAKING: &str = "str(error)";
const TIGHT: &str = "'something went wrong'";

fn tried(source: &str, said: &str) -> Option<(Judgement, Outcome)> {
    let interpreter = interpreter("TIGHTLIP_FRAMEWORKS")?;
    let source = source.replace("SAID", said);
    Some(prove_files(&mut supervisor(&interpreter), &[("app.py", &source)], &small()))
}

/// The leak is proven, that of its twin not, and so many routes are known.
#[track_caller]
fn holds(framework: &str, routes: usize, source: &str) {
    let Some((judgement, outcome)) = tried(source, LEAKING) else { return };
    let booted = outcome.booted.as_ref().unwrap_or_else(|| panic!("{framework}: {outcome:?}"));
    assert_eq!((booted.framework.as_str(), booted.routes), (framework, routes), "{outcome:?}");
    assert!(!proven(&judgement).is_empty(), "{framework}: nothing is proven: {outcome:?}");
    let Some((judgement, outcome)) = tried(source, TIGHT) else { return };
    let shown: Vec<_> = judgement.findings.iter().filter_map(|it| it.evidence.as_ref()).collect();
    assert_eq!(proven(&judgement), [], "{framework}: {shown:?} {outcome:?}");
}

#[test]
fn starlette_is_asked_by_its_routes() {
    holds(
        "Starlette",
        2,
        "
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

@asynccontextmanager
async def lifespan(app):
    yield {'orders': {7: 'tea'}}

async def order(request):
    try:
        return JSONResponse({'order': request.state.orders[int(request.path_params['key'])]})
    except (KeyError, ValueError) as error:
        return JSONResponse({'error': SAID}, status_code=500)

async def home(request):
    return JSONResponse({'page': request.query_params.get('page', '1')})

app = Starlette(lifespan=lifespan, routes=[
    Route('/', home),
    Mount('/shop', routes=[Route('/orders/{key}', order)]),
])
",
    );
}

#[test]
fn fastapi_says_which_parameters_and_fields_it_wants() {
    holds(
        "Starlette",
        2,
        "
import sqlite3
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

class Order(BaseModel):
    item: str

@api.get('/orders/{number}')
def order(number: int, since: str):
    if number > 5:
        raise HTTPException(404, 'no such order')
    return {'number': number}

@api.post('/orders')
def place(order: Order):
    database = sqlite3.connect(':memory:')
    try:
        database.execute(\"insert into orders values ('\" + order.item + \"')\")
    except sqlite3.Error as error:
        raise HTTPException(500, SAID)
",
    );
}

#[test]
fn a_plain_function_of_asgi_is_asked_without_routes() {
    holds(
        "ASGI",
        0,
        "
async def app(scope, receive, send):
    if scope['type'] != 'http':
        raise NotImplementedError(scope['type'])
    try:
        text = {'/': 'hello'}[scope['path']]
        status = 200
    except KeyError as error:
        text, status = 'failed: ' + SAID, 500
        text += ' at ' + __file__ if 'error' in \"SAID\" else ''
    await send({'type': 'http.response.start', 'status': status, 'headers': [(b'content-type', b'text/plain')]})
    await send({'type': 'http.response.body', 'body': text.encode()})
",
    );
}

#[test]
fn quart_is_asked_as_flask_is() {
    holds(
        "Quart",
        2,
        "
from quart import Quart, request

app = Quart(__name__, static_folder=None)

@app.get('/orders/<key>')
async def order(key):
    try:
        return {'order': {'7': 'tea'}[key]}
    except KeyError as error:
        return {'error': SAID + ' is no order'}, 500

@app.post('/orders')
async def place():
    data = await request.get_json()
    try:
        return {'count': int(data['count'])}
    except (KeyError, TypeError, ValueError) as error:
        return {'error': SAID}, 400
",
    );
}

#[test]
fn bottle_is_asked_by_its_routes() {
    holds(
        "Bottle",
        1,
        "
import json
import bottle

app = bottle.Bottle()

@app.route('/orders/<number:int>')
def order(number):
    try:
        return {'order': json.loads('{\"1\": 2}'[number:])}
    except ValueError as error:
        bottle.response.status = 500
        return {'error': SAID}
",
    );
}

#[test]
fn django_is_asked_by_its_patterns() {
    holds(
        "Django",
        2,
        "
import json
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path, re_path

settings.configure(DEBUG=False, ROOT_URLCONF=__name__, SECRET_KEY='not one', ALLOWED_HOSTS=['*'])

def order(request, key):
    try:
        return JsonResponse({'order': json.loads(key)[0]})
    except (TypeError, ValueError) as error:
        return JsonResponse({'error': SAID}, status=500)

urlpatterns = [path('orders/<str:key>', order)]
application = get_wsgi_application()
",
    );
}

#[test]
fn a_map_of_werkzeug_is_found_wherever_it_is() {
    holds(
        "Werkzeug",
        1,
        "
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

class Shop:
    def __init__(self):
        self.addresses = Map([Rule('/orders/<name>', endpoint='order', methods=['GET'])])

    def order(self, request, name):
        try:
            return Response('%d' % int(name, 3))
        except ValueError as error:
            return Response(SAID, status=500)

    def __call__(self, environ, start_response):
        try:
            endpoint, values = self.addresses.bind_to_environ(environ).match()
            reply = getattr(self, endpoint)(Request(environ), **values)
        except HTTPException as error:
            reply = error
        return reply(environ, start_response)

class Around:
    def __init__(self, inner):
        self.inner = inner

    def __call__(self, environ, start_response):
        return self.inner(environ, start_response)

application = Around(Shop())
",
    );
}

#[test]
fn an_application_of_asgi_that_does_not_start_up_is_told() {
    let source = "
async def app(scope, receive, send):
    await receive()
    await send({'type': 'lifespan.startup.failed', 'message': 'the orders are not there'})
";
    let Some((_, outcome)) = tried(source, TIGHT) else { return };
    let reason = outcome.not_booted.map(|it| it.reason).unwrap_or_default();
    assert!(reason.contains("fails when it starts up: the orders are not there"), "{reason}");
}
