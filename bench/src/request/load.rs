//! The load: one signed request, sent again and again over keep-alive connections.

use std::{
    error::Error,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

/// Sends the request once; the raw answer.
pub(crate) fn once(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    while complete(&answer).is_none() {
        read_more(&mut stream, &mut answer)?;
    }
    Ok(answer)
}

/// Sends `requests` requests over `connections` connections; how long it took.
pub(crate) fn drive(
    address: SocketAddr,
    request: &[u8],
    connections: usize,
    requests: usize,
) -> Result<Duration, Box<dyn Error>> {
    let each = requests / connections;
    let start = Instant::now();
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..connections).map(|_| scope.spawn(move || one_connection(address, request, each))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a load thread stopped")?)
    })?;
    Ok(start.elapsed())
}

fn one_connection(address: SocketAddr, request: &[u8], requests: usize) -> Result<(), String> {
    let run = || -> Result<(), Box<dyn Error>> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let mut answer = Vec::with_capacity(4096);
        for _ in 0..requests {
            stream.write_all(request)?;
            answer.clear();
            while complete(&answer).is_none() {
                read_more(&mut stream, &mut answer)?;
            }
            if !answer.starts_with(b"HTTP/1.1 200") {
                return Err(String::from_utf8_lossy(&answer).into());
            }
        }
        Ok(())
    };
    run().map_err(|error| error.to_string())
}

fn read_more(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    let mut buffer = [0; 4096];
    let read = stream.read(&mut buffer)?;
    if read == 0 {
        return Err("the server closed the connection".into());
    }
    answer.extend_from_slice(buffer.get(..read).unwrap_or_default());
    Ok(())
}

/// The length of the whole answer, once it is there.
fn complete(answer: &[u8]) -> Option<usize> {
    let head_end = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(answer.get(..head_end)?).ok()?;
    let length: usize = head
        .lines()
        .find_map(|line| {
            line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        })
        .and_then(|(_, value)| value.parse().ok())?;
    (answer.len() >= head_end + length).then_some(head_end + length)
}
