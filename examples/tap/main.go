// Command tap shows what two nodes say to each other. It runs no node and no process: it
// uses modules term and pid alone.
//
//	tap capture             print the frames of a capture, one JSON object a line
//	tap -record capture -listen 127.0.0.1:4371 -to 127.0.0.1:4370
//
// The second form stands between two nodes and records what passes, until it is
// interrupted: give one of them the address that it listens on in the place of the other's.
// A connection under TLS cannot be read.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tap:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("tap", flag.ContinueOnError)
	file := flags.String("record", "", "record into this file")
	listen := flags.String("listen", "127.0.0.1:0", "the address to take connections on")
	to := flags.String("to", "", "the address of the node to pass them on to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case *file != "" && *to != "":
		return recordFile(ctx, *file, *listen, *to)
	case *file == "" && flags.NArg() == 1:
		return printFile(flags.Arg(0), w)
	}
	flags.Usage()
	return flag.ErrHelp
}

func printFile(path string, w io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return printCapture(f, w)
}

func recordFile(ctx context.Context, path, listen, to string) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		_ = l.Close()
		return err
	}
	fmt.Fprintln(os.Stderr, "recording what comes to", l.Addr())
	err = record(ctx, l, to, f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
