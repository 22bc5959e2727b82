//! The floor: a bare hyper server that sends one fixed answer and checks nothing.

use super::Process;
use crate::{Failure, client::Answer, command_line::Places};
use bytes::Bytes;
use http::{Response, header};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    convert::Infallible, fmt::Write as _, fs, net::SocketAddr, path::Path, process::Command, sync::Arc,
};
use tokio::net::TcpListener;

/// Its name as `--only` takes it.
pub(crate) const FAMILY: &str = "floor";

/// Headers that hyper adds itself or that say how the body is delimited.
const OF_THE_CONNECTION: [&str; 4] = ["connection", "content-length", "date", "transfer-encoding"];

/// The answer as it is sent again and again.
struct Fixed {
    headers: Vec<(header::HeaderName, header::HeaderValue)>,
    body: Bytes,
}

/// Starts a server of its own that sends that answer.
pub(crate) fn start(places: &Places, answer: &Answer) -> Result<(Process, SocketAddr), Failure> {
    let file = places.work.join("floor.http");
    let mut text = String::new();
    for (name, value) in answer.headers.iter().filter(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()))
    {
        writeln!(text, "{name}: {value}")?;
    }
    writeln!(text, "\n{}", answer.text())?;
    fs::write(&file, text)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("floor").arg(&file);
    let mut process = Process::start(command, &places.work.join("floor.log"))?;
    let address = process.line("127.0.0.1:")?.parse()?;
    Ok((process, address))
}

/// Serves the answer stored in `file` (header lines, an empty line, the body) until killed; prints its address.
#[expect(clippy::print_stdout, reason = "the parent reads the address from standard output")]
pub(crate) fn serve(file: &Path) -> Result<(), Failure> {
    let fixed = Arc::new(Fixed::parse(&fs::read_to_string(file)?)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let fixed = fixed.clone();
            tokio::spawn(async move {
                let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
                    let fixed = fixed.clone();
                    async move {
                        // The body is read, as any server that answers it must.
                        let _ = request.into_body().collect().await;
                        Ok::<_, Infallible>(fixed.response())
                    }
                });
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    })
}

impl Fixed {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (head, body) = text.split_once("\n\n").ok_or("no end of headers")?;
        let mut headers = Vec::new();
        for line in head.lines() {
            let (name, value) = line.split_once(": ").ok_or("not a header line")?;
            headers.push((name.parse()?, value.parse()?));
        }
        let body = body.strip_suffix('\n').unwrap_or(body);
        Ok(Self { headers, body: Bytes::copy_from_slice(body.as_bytes()) })
    }

    fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body.clone()));
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }
}
