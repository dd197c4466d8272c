package cluster

import (
	"errors"

	"github.com/starlang-go/starlang/term"
)

// The errors by which callers branch, with errors.Is.
var (
	// ErrNoDirectory tells that the cluster was started without a directory: there are
	// groups and topics, and nothing that may exist only once.
	ErrNoDirectory = errors.New("cluster: it has no directory")
	// ErrNodeNameTaken tells that another node of this name is a member.
	ErrNodeNameTaken = errors.New("cluster: another node has this node's name")
	// ErrNoSession tells that this node has no session with the directory now, so it
	// holds nothing. Trying again helps once the directory can be reached.
	ErrNoSession = errors.New("cluster: no session with the directory")
	// ErrLate tells that the session was not renewed for so long that nothing new is
	// claimed with it. Trying again helps once a renewal has succeeded.
	ErrLate = errors.New("cluster: session is late")
	// ErrClosed tells that the cluster has been left.
	ErrClosed = errors.New("cluster: it has been left")
	// ErrStarted tells that the runtime is a member of a cluster already.
	ErrStarted = errors.New("cluster: the runtime is a member already")
)

// Their identity goes along in messages: see [term.RegisterError].
func init() {
	for code, err := range map[string]error{
		"cluster.no_directory":    ErrNoDirectory,
		"cluster.node_name_taken": ErrNodeNameTaken,
		"cluster.no_session":      ErrNoSession,
		"cluster.late":            ErrLate,
		"cluster.closed":          ErrClosed,
		"cluster.started":         ErrStarted,
	} {
		term.MustRegisterError(code, err)
	}
}
