// Package etcdtest runs etcd for tests: real servers, each an operating system process of
// its own on free ports of the loopback interface, that can be stopped, killed and
// started again; and a proxy that cuts the way to them.
//
// The program is the one that ETCD names, else etcd of the PATH; Debian has it in package
// etcd-server. Without one the test fails: it does not pass over what it cannot test.
package etcdtest
