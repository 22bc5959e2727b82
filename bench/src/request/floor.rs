//! The floor: a bare hyper server that sends one fixed answer.

use bytes::Bytes;
use http::{Response, header};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{convert::Infallible, error::Error, sync::Arc};
use tokio::net::TcpListener;

/// The answer as it is sent again and again.
struct Fixed {
    headers: Vec<(header::HeaderName, header::HeaderValue)>,
    body: Bytes,
}

/// Serves the answer stored in `file` (the raw bytes of an HTTP response) until killed; prints its address.
#[expect(clippy::print_stdout, reason = "the parent reads the address from standard output")]
pub(crate) fn serve(file: String) -> Result<(), Box<dyn Error>> {
    let fixed = Arc::new(Fixed::parse(&std::fs::read(file)?)?);
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
    fn parse(answer: &[u8]) -> Result<Self, Box<dyn Error>> {
        let text = std::str::from_utf8(answer)?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or("no end of headers")?;
        let mut headers = Vec::new();
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").ok_or("not a header line")?;
            // hyper adds these two itself.
            if !["content-length", "date"].contains(&name) {
                headers.push((name.parse()?, value.parse()?));
            }
        }
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
