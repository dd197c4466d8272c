package worker

// deepStacks makes new goroutines start with a stack of 4 KiB, not of 2 KiB.
//
// The Go runtime starts goroutines with the average stack that it has seen in
// the last garbage collection. In a program as small as a worker that is the
// least there is, and a library that starts a goroutine for each burst of messages
// then grows a stack for each, which can cost several times as much as the
// message. In a program that does something else besides, the average is larger.
// These goroutines, which wait for ever, stand for such a program; they make no
// difference to systems whose goroutines stay.
func deepStacks() {
	const goroutines = 16
	ready := make(chan struct{})
	for range goroutines {
		go deep(32, ready)
	}
	for range goroutines {
		<-ready
	}
}

// deep waits for ever under so many frames of 128 bytes and more.
//
//go:noinline
func deep(frames int, ready chan<- struct{}) int {
	if frames == 0 {
		ready <- struct{}{}
		select {}
	}
	var frame [128]byte
	frame[frames] = byte(deep(frames-1, ready))
	return int(frame[frames/2])
}
