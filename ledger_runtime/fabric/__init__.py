"""The same chaincode on a real Hyperledger Fabric: programs, a network on this machine, the chaincode's server, a client."""
