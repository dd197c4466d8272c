package entity

import (
	"cmp"
	"slices"
)

// bound is by how much a node may have more shards than its part.
const bound = 1.1

// hashID returns FNV-1a of an ID, mixed: FNV's low bits are not good enough alone. All nodes
// use the same; see hashName.
func hashID(id string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return mix(h)
}

// mix is the finalizer of MurmurHash3.
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// place returns the node that is to have each shard: by rendezvous hashing, in which no
// node gets more than bound times its part. It depends on the set of nodes only, and a node
// more or less moves little else than that node's part.
func place(shards int, nodes []string) []string {
	if len(nodes) == 0 {
		return make([]string, shards)
	}
	nodes = slices.Clone(nodes)
	slices.Sort(nodes)
	seeds := make([]uint64, len(nodes))
	for i, n := range nodes {
		seeds[i] = hashID(n)
	}
	room := make([]int, len(nodes))
	limit := capacity(shards, len(nodes))
	for i := range room {
		room[i] = limit
	}
	owners := make([]string, shards)
	for shard := range owners {
		best := bestWithRoom(uint64(shard), seeds, room)
		room[best]--
		owners[shard] = nodes[best]
	}
	return owners
}

// capacity returns how many shards a node may have.
func capacity(shards, nodes int) int {
	return max(int(bound*float64(shards)/float64(nodes)), (shards+nodes-1)/nodes)
}

func bestWithRoom(shard uint64, seeds []uint64, room []int) int {
	best, weight := -1, uint64(0)
	for i, seed := range seeds {
		if room[i] == 0 {
			continue
		}
		if w := mix(seed ^ mix(shard+1)); best < 0 || cmp.Compare(w, weight) > 0 {
			best, weight = i, w
		}
	}
	return best
}
