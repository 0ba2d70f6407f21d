{{- define "trunkline.labels" -}}
app.kubernetes.io/name: trunkline
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "trunkline.image" -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{- define "trunkline.environment" -}}
envFrom:
  - secretRef: { name: {{ .Values.existingSecret | quote }} }
env:
  - { name: NODE_ENV, value: production }
  - { name: PUBLIC_WEB_URL, value: {{ .Values.publicWebUrl | quote }} }
  - { name: PUBLIC_GATEWAY_URL, value: {{ .Values.publicGatewayUrl | quote }} }
{{- range $name, $value := .Values.env }}
  - { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end -}}

{{- define "trunkline.security" -}}
securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true, capabilities: { drop: [ALL] } }
{{- end -}}

{{- define "trunkline.pod" -}}
automountServiceAccountToken: false
securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: RuntimeDefault } }
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: { matchLabels: {{ include "trunkline.labels" . | fromYaml | toJson }} }
{{- end -}}
