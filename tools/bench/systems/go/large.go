package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strconv"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func large1m(n int) (worker.Result, error)  { return large(n, worker.Large1M) }
func large64m(n int) (worker.Result, error) { return large(n, worker.Large64M) }

// large writes n bodies to a connection, each behind its length and number. The other end
// reads each into memory of its own, and reports what it has counted.
func large(n, size int) (worker.Result, error) {
	far, err := worker.StartNode("0", strconv.Itoa(n), "", "large")
	if err != nil {
		return worker.Result{}, err
	}
	conn, err := net.Dial("tcp", far.Addr)
	if err != nil {
		return worker.Result{}, fmt.Errorf("dial the node: %w", err)
	}
	body := make([]byte, size)
	meter := worker.Start()
	for seq := range n {
		head := binary.BigEndian.AppendUint64(nil, uint64(size))
		head = binary.BigEndian.AppendUint64(head, uint64(seq+1))
		buffers := net.Buffers{head, body}
		if _, err := buffers.WriteTo(conn); err != nil {
			return worker.Result{}, fmt.Errorf("write message %d: %w", seq+1, err)
		}
	}
	report, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return worker.Result{}, fmt.Errorf("read the report: %w", err)
	}
	result := meter.Stop(n)
	if err := worker.CheckReport(report, n, size); err != nil {
		return worker.Result{}, err
	}
	return result, far.Close()
}

// acceptLarge is the other end.
func acceptLarge(listener net.Listener, n int) {
	conn, err := listener.Accept()
	if err != nil {
		return // the node ends
	}
	count, err := countLarge(conn, n)
	if err != nil {
		fmt.Fprintln(conn, err) // which is no report
		return
	}
	fmt.Fprintln(conn, count.Report())
}

func countLarge(conn net.Conn, n int) (worker.Count, error) {
	var count worker.Count
	in := bufio.NewReader(conn)
	for range n {
		var head [16]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return count, err
		}
		body := make([]byte, binary.BigEndian.Uint64(head[:]))
		if _, err := io.ReadFull(in, body); err != nil {
			return count, err
		}
		count.Messages++
		count.Sum += int64(binary.BigEndian.Uint64(head[8:]))
		count.Bytes += int64(len(body))
	}
	return count, nil
}
