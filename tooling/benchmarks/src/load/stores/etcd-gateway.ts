import { Agent, request } from 'node:http'

/** Where a server of etcd listens to clients. */
export interface EtcdAddress {
  readonly host: string
  readonly port: number
}

/** Connections to etcd at a time: more requests wait in the agent. */
const socketsMax = 512

/** etcd's HTTP/JSON gateway: what a Node.js program has without a package. */
export class EtcdGateway {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: socketsMax, noDelay: true })
  private readonly address: EtcdAddress

  constructor(address: EtcdAddress) {
    this.address = address
  }

  /** @returns the body of the answer. @throws (rejects) when it is not 200. */
  post(path: string, body: object): Promise<string> {
    const { host, port } = this.address
    return new Promise((resolve, reject) => {
      const text = JSON.stringify(body)
      const call = request({ host, port, path, agent: this.agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } })
      call.on('error', reject)
      call.on('response', (response) => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          answer += chunk
        })
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === 200) resolve(answer)
          else reject(new Error(`etcd answered ${response.statusCode}: ${answer}`))
        })
      })
      call.end(text)
    })
  }

  close(): void {
    this.agent.destroy()
  }
}
