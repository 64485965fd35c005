// callers: Rust code that calls listen(2) on no socket; each backlog is the line of its call.
extern "C" {
    fn listen(fd: i32, backlog: i32) -> i32;
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        std::hint::black_box(unsafe { listen(-1, line!() as i32) });
    }
}

trait Shape {
    fn area(&self) -> i32;
}

impl<T: Copy + Into<i32>> Shape for Vec<T> {
    fn area(&self) -> i32 {
        std::hint::black_box(unsafe { listen(-1, line!() as i32) });
        self.iter().map(|&side| {
            std::hint::black_box(unsafe { listen(-1, line!() as i32) });
            side.into()
        }).sum()
    }
}

#[inline(never)]
fn generic<T: Shape + ?Sized>(shape: &T) -> i32 {
    let _guard = Guard;
    std::hint::black_box(unsafe { listen(-1, line!() as i32) });
    shape.area()
}

fn main() {
    std::hint::black_box(unsafe { listen(-1, line!() as i32) });
    let shape: Box<dyn Shape> = Box::new(vec![1i32, 2, 3]);
    generic(shape.as_ref());
    let thread = std::thread::spawn(|| {
        std::hint::black_box(unsafe { listen(-1, line!() as i32) });
    });
    thread.join().unwrap();
    let mut words = vec!["b", "a"];
    words.sort_by_key(|word| {
        std::hint::black_box(unsafe { listen(-1, line!() as i32) });
        word.len()
    });
    let _ = std::panic::catch_unwind(|| {
        let _guard = Guard;
        std::hint::black_box(unsafe { listen(-1, line!() as i32) });
        std::panic::resume_unwind(Box::new(1));
    });
    std::hint::black_box(unsafe { listen(-1, line!() as i32) });
}
