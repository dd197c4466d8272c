package callbacks_test

import "maps"

func init() { maps.Copy(entries, clusters) }

// clusters are the callbacks of clusters, of their directories and of what else is built upon
// the library. They are made to go wrong where there is a cluster to do it in.
var clusters = map[string]entry{
	"remote/cluster.Clock":                  {none: "it is for tests, and trusted as that of the system is"},
	"remote/cluster.Cluster.Attach(create)": {heldBy: "remote/cluster.TestAttach_IsMadeAgainAfterAPanic"},
	"remote/cluster.Cluster.OnLeave(f)":     {heldBy: "remote/cluster.TestOnLeave_SabotageCostsItsOwnHandOver"},
	"remote/cluster.Config.Logger":          {heldBy: "remote/cluster.TestLogger_SabotageCostsItsLine"},
	"remote/cluster.Session.Own(kill)":      {heldBy: "remote/cluster.TestSession_SabotageOfWhatItOwnsKeepsNobodyFromItsEnd"},
	"remote/cluster.Session.Starting(lost)": {heldBy: "remote/cluster.TestSession_SabotageOfWhatItOwnsKeepsNobodyFromItsEnd"},
	"remote/cluster/directory.Directory":    {heldBy: "remote/cluster.TestDirectory_SabotageOfADriverCostsTries"},
	"remote/cluster/directory.Session":      {heldBy: "remote/cluster.TestDirectory_SabotageOfADriverCostsTries"},
	"remote/cluster/discover.Source":        {heldBy: "remote/cluster.TestDiscover_SabotageCostsOneAnswer"},
	"remote/cluster/discover.Resolver":      {none: "it runs in a Source"},
	"remote/cluster/entity.Kind.Start":      {heldBy: "remote/cluster/entity.TestStart_SabotageHarmsNothingElse"},
	"remote/cluster/entity.Kind.Wanted":     {heldBy: "remote/cluster/entity.TestWanted_SabotageHarmsNothingElse"},
	"remote/cluster/entity.Lease":           {none: "package entity implements it"},
	"remote/cluster.NamesShower":            {none: "packages that extend the cluster implement it"},
	"remote/cluster.ShardsShower":           {none: "packages that extend the cluster implement it"},
	"runtime/inspect.ClusterSource":         {none: "package cluster implements it"},
	"runtime/otelstarlang.Option":           {none: "only the package makes it"},
}
