package observer

import "time"

// nodesPage is the page of all nodes.
var nodesPage = &page{title: "Nodes", every: 2 * time.Second, show: showNodes}

// nodePages are the pages of a node, in the order of the menu.
var nodePages []*page

// processPage and confirmPage are come to from others.
var (
	processPage = &page{path: "process", title: "Process", every: 2 * time.Second, show: showProcess}
	confirmPage = &page{path: "confirm", title: "Confirm", show: showConfirm}
)

func init() { // a variable of its own could not be used by what it shows
	nodePages = []*page{
		{path: "", title: "Overview", every: sampleEvery, show: showOverview},
		{path: "processes", title: "Processes", every: 2 * time.Second, show: showProcesses},
		processPage,
		{path: "trees", title: "Trees", every: sampleEvery, show: showTrees},
		{path: "apps", title: "Applications", every: 2 * time.Second, show: showApps},
		{path: "waits", title: "Waits", every: 2 * time.Second, show: showWaits},
		{path: "names", title: "Names", every: 5 * time.Second, show: showNames},
		{path: "cluster", title: "Cluster", every: 2 * time.Second, show: showCluster},
		{path: "zombies", title: "Zombies", every: 5 * time.Second, show: showZombies},
		{path: "events", title: "Events and crashes", every: 2 * time.Second, show: showEvents},
		{path: "alarms", title: "Alarms", every: 2 * time.Second, show: showAlarms},
		{path: "trace", title: "Trace", every: sampleEvery, show: showTrace},
		{path: "profile", title: "Profile", show: showProfile},
	}
}
