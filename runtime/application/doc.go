// Package application runs a program that is made of supervision trees: its main function
// names the applications, and Run starts them in the order of their dependencies, waits
// for a signal, and stops them in reverse order, within bounds. In a test, [Start] starts
// one of them alone, or a few; [Check] says how they do, for /healthz.
//
//	func main() {
//		err := application.Run(context.Background(),
//			application.App{Name: "store", Config: StoreConfig{Buckets: 8}, Root: storeTree},
//			application.App{Name: "web", DependsOn: []string{"store"}, Root: webTree},
//		)
//		if err != nil {
//			log.Fatal(err)
//		}
//	}
//
// # OTP → here
//
//	Name.app: {applications, […]}         App.DependsOn
//	Name.app: {env, […]}, get_env/2       App.Config, a type of the application's own; ConfigOf
//	sys.config                            LoadConfig
//	{mod, {M, Args}}, M:start/2           App.Root
//	permanent, transient, temporary       App.Restart
//	application:ensure_all_started/1      Run, which also waits and stops
//	application:start/1, stop/1           Start and Program.Stop, as in a test
//	application:which_applications/0      Check; Status.Ready for readiness, Healthy for health
//	init:stop/0, SIGTERM                  SIGTERM, SIGINT, SIGHUP, the end of Run's context
//	shutdown_timeout of init              Options.StopTimeout, for all; App.StopTimeout
//
// # What it guarantees
//
// Run always returns, at the latest 1 s after its StopTimeout: whatever does not stop in its
// time is killed, what cannot be killed, a goroutine in a loop of its own, is left behind, and
// both are listed in the error. A second signal kills all at once. An application that hangs
// delays those that it depends on, and nobody else: OTP stops one after the other.
//
// In a synctest bubble use [RunWith] with Signals, or [Start]: the signals of the operating
// system come from outside of it.
package application
