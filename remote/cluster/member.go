package cluster

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// Member is a node of the cluster, as it describes itself.
type Member struct {
	Node     string   `json:"-"`        // the name
	Creation uint32   `json:"creation"` // of its start
	Address  string   `json:"address,omitempty"`
	Version  string   `json:"version,omitempty"`
	Roles    []string `json:"roles,omitempty"`
	// Leaving tells that the node gives up what it holds and takes nothing new.
	Leaving bool `json:"leaving,omitempty"`
	// Session is the session that holds the node's name. It is empty in a cluster
	// without a directory.
	Session directory.SessionID `json:"-"`
}

// HasRole reports whether the member has a role.
func (m Member) HasRole(role string) bool { return slices.Contains(m.Roles, role) }

// encode returns the value of the member's key.
func (m Member) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic("cluster: member: " + err.Error()) // it has strings and numbers only
	}
	return b
}

// decodeMember returns the member that an entry describes.
func decodeMember(prefix string, e directory.Entry) (Member, error) {
	m := Member{Node: strings.TrimPrefix(e.Key, prefix), Session: e.Owner}
	err := json.Unmarshal(e.Value, &m)
	return m, err
}

// equal reports whether two descriptions say the same.
func (m Member) equal(o Member) bool {
	return m.Creation == o.Creation && m.Session == o.Session && m.Leaving == o.Leaving &&
		m.Address == o.Address && m.Version == o.Version && slices.Equal(m.Roles, o.Roles)
}
