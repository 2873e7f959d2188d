'use strict';
// The calls of one round, in their order, each once; what Caliper was told of each is written beside them at the end.
const fs = require('fs');
const { WorkloadModuleBase } = require('@hyperledger/caliper-core');

class Calls extends WorkloadModuleBase {
    async initializeWorkloadModule(worker, workers, round, settings, adapter, context) {
        await super.initializeWorkloadModule(worker, workers, round, settings, adapter, context);
        this.calls = JSON.parse(fs.readFileSync(settings.calls)).filter((call, place) => place % workers === worker);
        this.made = [];
        this.place = 0;
    }

    async submitTransaction() {
        const call = this.calls[this.place++];
        if (!call) return;
        const status = await this.sutAdapter.sendRequests({ ...call, readOnly: false });
        this.made.push({ id: status.GetID(), began: status.GetTimeCreate(), ended: status.GetTimeFinal(), status: status.GetStatus() });
    }

    async cleanupWorkloadModule() {
        fs.writeFileSync(`${this.roundArguments.calls}.made-${this.workerIndex}`, JSON.stringify(this.made));
    }
}

module.exports.createWorkloadModule = () => new Calls();
