package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"strconv"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// echo is the receiver that sends back what it gets. The others count.
const echo = 1<<16 - 1

// dial starts a node with receivers counters, each of which reports after n
// messages, and connects to it. What the node sends goes to handle.
func dial(receivers, n int, handle func(uint16, frame)) (*worker.Node, *link, error) {
	return dialOver("", receivers, n, handle)
}

// dialOver does so over TLS, if there is a certificate.
func dialOver(certificate string, receivers, n int, handle func(uint16, frame)) (*worker.Node, *link, error) {
	far, err := worker.StartNode(strconv.Itoa(receivers), strconv.Itoa(n), certificate)
	if err != nil {
		return nil, nil, err
	}
	conn, err := net.Dial("tcp", far.Addr)
	if err != nil {
		return nil, nil, fmt.Errorf("dial the node: %w", err)
	}
	if certificate != "" {
		config, err := worker.TLS(certificate)
		if err != nil {
			return nil, nil, err
		}
		secure := tls.Client(conn, config)
		if err := secure.Handshake(); err != nil {
			return nil, nil, fmt.Errorf("shake hands with the node: %w", err)
		}
		conn = secure
	}
	return far, newLink(conn, handle), nil
}

// node is the far side: goroutines that count or echo, behind one listener.
func node(args []string) error {
	receivers, n, err := worker.NodeArgs(args)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	addr := listener.Addr().String()
	if args[2] != "" {
		config, err := worker.TLS(args[2])
		if err != nil {
			return err
		}
		listener = tls.NewListener(listener, config)
	}
	if len(args) > 3 {
		go acceptLarge(listener, n)
	} else {
		go accept(listener, receivers, n)
	}
	return worker.Serve(addr)
}

// accept serves one connection: a channel and a goroutine for each receiver.
func accept(listener net.Listener, receivers, n int) {
	conn, err := listener.Accept()
	if err != nil {
		return // the node ends
	}
	mailboxes := make([]chan frame, receivers)
	for i := range mailboxes {
		mailboxes[i] = make(chan frame, buffer)
	}
	echoes := make(chan frame, buffer)
	back := newLink(conn, func(to uint16, m frame) {
		if to == echo {
			echoes <- m
			return
		}
		mailboxes[to] <- m
	})
	go func() {
		for m := range echoes {
			back.send(echo, m)
		}
	}()
	for i, mailbox := range mailboxes {
		go func() {
			back.send(uint16(i), frame{Body: countFrames(mailbox, n).Report()})
		}()
	}
}

func countFrames(mailbox <-chan frame, n int) worker.Count {
	var count worker.Count
	for range n {
		m := <-mailbox
		count.Add(m.Seq, m.Body)
	}
	return count
}
