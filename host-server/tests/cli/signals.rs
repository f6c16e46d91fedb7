//! How a server ends that is asked to.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::program::{Server, folder};

#[test]
fn the_server_stops_when_it_is_asked_to() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = folder();
        let mut server = Server::start(folder.path(), &[]);
        server.signal(signal);
        assert_eq!(server.exit_code(), Some(0));
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with("-wal"))
            .collect();
        assert_eq!(left, [""; 0], "the store was closed");
    }
}

#[test]
fn a_second_signal_does_not_wait_for_what_was_begun() {
    let folder = folder();
    let mut server = Server::start(folder.path(), &[]);
    let mut stream = TcpStream::connect(&server.origin).unwrap();
    let begun = "POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                 Expect: 100-continue\r\nContent-Length: 9\r\n\r\n";
    stream.write_all(begun.as_bytes()).unwrap();
    // The request is being answered once its body is asked for.
    let mut asked = [0; 12];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");

    server.signal(Signal::TERM);
    std::thread::sleep(Duration::from_millis(50));
    server.signal(Signal::TERM);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(server.child.try_wait().unwrap(), None, "the request is waited for, whatever its echo says");
    let second = Instant::now();
    server.signal(Signal::INT);
    assert_eq!(server.exit_code(), Some(130));
    assert!(second.elapsed() < Duration::from_secs(5), "{:?}", second.elapsed());
}
