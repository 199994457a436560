//! The addresses of the authority (RFC 8555, section 7).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, head, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::http_check::check;
use super::jws::bytes;
use super::problem::Problem;
use super::signed::{SelfSigned, Signed};
use super::state::{Authorisation, Authority, Memory, Order, Standing};

type Shared = State<Arc<Authority>>;

pub(super) fn router(authority: Arc<Authority>) -> Router {
    Router::new()
        .route("/directory", get(directory))
        .route("/nonce", head(|| async { StatusCode::OK }).get(|| async { StatusCode::NO_CONTENT }))
        .route("/account", post(new_account))
        .route("/order", post(new_order))
        .route("/order/{id}", post(order))
        .route("/order/{id}/finalize", post(finalize))
        .route("/authorisation/{id}", post(authorisation))
        .route("/challenge/{id}", post(challenge))
        .route("/certificate/{id}", post(certificate))
        .layer(from_fn_with_state(Arc::clone(&authority), fresh_nonce))
        .with_state(authority)
}

/// Every answer brings a nonce for the next request (section 6.5).
async fn fresh_nonce(State(authority): Shared, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let nonce = {
        let mut memory = authority.memory();
        let nonce = memory.unique("nonce");
        memory.nonces.insert(nonce.clone());
        nonce
    };
    if let Ok(value) = HeaderValue::from_str(&nonce) {
        response.headers_mut().insert("replay-nonce", value);
    }
    response
}

async fn directory(State(authority): Shared) -> Response {
    let base = &authority.base;
    let directory = json!({
        "newNonce": format!("{base}/nonce"),
        "newAccount": format!("{base}/account"),
        "newOrder": format!("{base}/order"),
        "revokeCert": format!("{base}/revoke"),
        "keyChange": format!("{base}/key"),
    });
    answer(StatusCode::OK, &directory)
}

async fn new_account(State(authority): Shared, SelfSigned(key): SelfSigned) -> Response {
    let mut memory = authority.memory();
    let (status, account) = match memory.account_of(&key) {
        Some(account) => (StatusCode::OK, account),
        None => {
            memory.accounts.push(key);
            (StatusCode::CREATED, memory.accounts.len() - 1)
        }
    };
    located(answer(status, &json!({ "status": "valid" })), &format!("{}/account/{account}", authority.base))
}

#[derive(Deserialize)]
struct NewOrder {
    identifiers: Vec<Identifier>,
}

#[derive(Deserialize)]
struct Identifier {
    value: String,
}

async fn new_order(State(authority): Shared, signed: Signed) -> Result<Response, Problem> {
    let wanted: NewOrder = signed.read()?;
    let mut memory = authority.memory();
    if memory.refusing {
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "rateLimited", "too many orders for today"));
    }
    let mut authorisations = Vec::new();
    for identifier in wanted.identifiers {
        let token = memory.unique("token");
        let new = Authorisation { name: identifier.value, token, standing: Standing::Pending, problem: None };
        memory.authorisations.push(new);
        authorisations.push(memory.authorisations.len() - 1);
    }
    memory.orders.push(Order { account: signed.account, authorisations, standing: Standing::Pending, chain: None });
    let id = memory.orders.len() - 1;
    let body = order_json(&authority, &memory, id);
    Ok(located(answer(StatusCode::CREATED, &body), &format!("{}/order/{id}", authority.base)))
}

async fn order(State(authority): Shared, Path(id): Path<usize>, signed: Signed) -> Result<Response, Problem> {
    let memory = authority.memory();
    owned(&memory, id, signed.account)?;
    Ok(answer(StatusCode::OK, &order_json(&authority, &memory, id)))
}

async fn authorisation(State(authority): Shared, Path(id): Path<usize>, _: Signed) -> Result<Response, Problem> {
    let memory = authority.memory();
    let found = memory.authorisations.get(id).ok_or_else(|| Problem::unknown("authorisation"))?;
    let body = json!({
        "status": found.standing.name(),
        "identifier": { "type": "dns", "value": found.name },
        "challenges": [challenge_json(&authority, id, found)],
    });
    Ok(answer(StatusCode::OK, &body))
}

async fn challenge(State(authority): Shared, Path(id): Path<usize>, signed: Signed) -> Result<Response, Problem> {
    let (name, token, expected) = {
        let memory = authority.memory();
        let found = memory.authorisations.get(id).ok_or_else(|| Problem::unknown("challenge"))?;
        let expected = format!("{}.{}", found.token, memory.accounts[signed.account].thumbprint());
        (found.name.clone(), found.token.clone(), expected)
    };
    let checked = check(authority.http_port, &name, &token, &expected).await;
    let mut memory = authority.memory();
    let found = &mut memory.authorisations[id];
    match checked {
        Ok(()) => found.standing = Standing::Valid,
        Err(detail) => {
            found.standing = Standing::Invalid;
            found.problem = Some(Problem::new(StatusCode::FORBIDDEN, "unauthorized", detail));
        }
    }
    // The outcome is for the order to tell; an error here would be about the request.
    let mut body = challenge_json(&authority, id, found);
    if let Some(body) = body.as_object_mut() {
        body.remove("error");
    }
    Authority::settle(&mut memory, id);
    Ok(answer(StatusCode::OK, &body))
}

#[derive(Deserialize)]
struct Finalize {
    csr: String,
}

async fn finalize(State(authority): Shared, Path(id): Path<usize>, signed: Signed) -> Result<Response, Problem> {
    let request: Finalize = signed.read()?;
    let names: BTreeSet<String> = {
        let memory = authority.memory();
        let order = owned(&memory, id, signed.account)?;
        if order.standing != Standing::Ready {
            return Err(Problem::new(StatusCode::FORBIDDEN, "orderNotReady", "a challenge is still open"));
        }
        order.authorisations.iter().map(|index| memory.authorisations[*index].name.clone()).collect()
    };
    let chain = authority.sign(&bytes(&request.csr)?, &names)?;
    let mut memory = authority.memory();
    memory.orders[id].standing = Standing::Valid;
    memory.orders[id].chain = Some(chain);
    Ok(answer(StatusCode::OK, &order_json(&authority, &memory, id)))
}

async fn certificate(State(authority): Shared, Path(id): Path<usize>, signed: Signed) -> Result<Response, Problem> {
    let memory = authority.memory();
    let chain = owned(&memory, id, signed.account)?.chain.clone().ok_or_else(|| Problem::unknown("certificate"))?;
    Ok(([(header::CONTENT_TYPE, "application/pem-certificate-chain")], chain).into_response())
}

fn owned(memory: &Memory, id: usize, account: usize) -> Result<&Order, Problem> {
    let order = memory.orders.get(id).ok_or_else(|| Problem::unknown("order"))?;
    if order.account != account {
        return Err(Problem::new(StatusCode::FORBIDDEN, "unauthorized", "the order is of another account"));
    }
    Ok(order)
}

fn order_json(authority: &Authority, memory: &Memory, id: usize) -> Value {
    let (base, order) = (&authority.base, &memory.orders[id]);
    let names = order.authorisations.iter().map(|index| &memory.authorisations[*index].name);
    let mut body = json!({
        "status": order.standing.name(),
        "identifiers": names.map(|name| json!({ "type": "dns", "value": name })).collect::<Vec<_>>(),
        "authorizations":
            order.authorisations.iter().map(|index| format!("{base}/authorisation/{index}")).collect::<Vec<_>>(),
        "finalize": format!("{base}/order/{id}/finalize"),
    });
    if order.chain.is_some() {
        body["certificate"] = json!(format!("{base}/certificate/{id}"));
    }
    body
}

fn challenge_json(authority: &Authority, id: usize, found: &Authorisation) -> Value {
    let mut body = json!({
        "type": "http-01",
        "url": format!("{}/challenge/{id}", authority.base),
        "token": found.token,
        "status": found.standing.name(),
    });
    if let Some(problem) = &found.problem {
        body["error"] = problem.json();
    }
    body
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn located(mut response: Response, location: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}
